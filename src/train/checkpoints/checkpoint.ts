/**
 * A checkpoint is one safetensors file with all that a run needs to go on as if it had not stopped: the net (`model.*`), what the
 * optimizer remembers (`optimizer.*`), the average of the weights where there is one (`average.*`), where the random keys stand
 * (`random`), and the rest as JSON in the metadata.
 */
import { existsSync } from 'node:fs';
import { z } from 'zod';
import { readBytes } from '../../files/read-file.js';
import { randomState } from '../../kernels/random-key.js';
import type { Module } from '../../nn/module.js';
import type { RateOptions } from '../../nn/optim/options.js';
import type { HostArray } from '../../nn/state.js';
import type { Tensor } from '../../tensor/tensor.js';
import { refuseDiverged } from '../diverged.js';
import { configSchema } from '../recipes/config.js';
import { tuningOf, tuningSchema } from '../run/remembered-tuning.js';
import { DivergedError, RunError } from '../run/run-error.js';
import type { Session } from '../run/session.js';
import type { CheckpointPaths } from './checkpoint-writer.js';
import { AVERAGE, below, MODEL, OPTIMIZER, RANDOM, STATE, scoredNet } from './layout.js';
import type { HostTensor } from './safetensors.js';
import { decodeVerified, encodeVerified, notFinite } from './verified.js';

/** Version of the layout of the JSON. */
const VERSION = 2;

const natural = z.number().int().nonnegative();
const numbers = z.array(z.number());

const scalerSchema = z.object({
  scale: z.number(),
  lastScale: z.number(),
  growthFactor: z.number(),
  backoffFactor: z.number(),
  growthInterval: natural,
  growthTracker: natural,
  skippedSteps: natural,
});

const stateSchema = z.object({
  version: z.literal(VERSION),
  config: configSchema,
  /** Names of the classes. */
  classes: z.array(z.string()),
  position: z.object({
    epoch: natural,
    step: natural,
    score: z.object({ lossSum: z.number(), correct: natural, count: natural }),
  }),
  /** What the epoch that it is in has taken; earlier versions did not say. */
  spent: z.object({ images: natural, training: z.number(), seconds: z.number() }).optional(),
  /** The finished epoch with the lowest error on the images scored after each, from 1, and how many it got wrong. */
  best: z.object({ epoch: natural, wrong: natural }).optional(),
  optimizer: z.object({
    /** How many steps each parameter was updated in. */
    steps: z.array(natural),
    factor: z.number(),
    groups: z.array(z.record(z.string(), z.union([z.number(), z.boolean(), numbers]))),
  }),
  /** How many steps are in the average of the weights. */
  averaged: natural.default(0),
  schedule: z.record(z.string(), z.number()),
  /** What the loss is scaled by, in a run that scales it. */
  scaler: scalerSchema.optional(),
  /** Which kernels computed it, so that it goes on with the same. */
  tuning: tuningSchema.optional(),
});

export type CheckpointState = z.infer<typeof stateSchema>;
export type Best = CheckpointState['best'];

export interface Checkpoint extends CheckpointState {
  readonly path: string;
  readonly tensors: ReadonlyMap<string, HostTensor>;
}

/**
 * The bytes of a checkpoint of a session as it stands, after all that was launched so far. What is launched while they come back
 * makes no difference, so that training need not wait.
 * @throws DivergedError when a number of the state is not finite: such a net must not take the place of a good one
 */
export async function captureCheckpoint(session: Session, best: Best): Promise<Uint8Array> {
  const { config, device, model, optimizer, schedule, average, trainer, clock, train, scaler } = session;
  const { slots, steps, skipped, factor, groups } = optimizer.stateDict();
  const named = [
    ...[...model.stateDict()].map(([name, tensor]) => [MODEL + name, tensor] as const),
    ...[...(slots as ReadonlyMap<string, Tensor>)].map(
      ([name, tensor]) => [OPTIMIZER + name, tensor] as const,
    ),
    ...[...(average?.module.stateDict() ?? [])].map(([name, tensor]) => [AVERAGE + name, tensor] as const),
  ];
  const state = {
    version: VERSION,
    config,
    classes: [...train.set.classes],
    spent: clock.spent,
    best,
    averaged: average?.averaged ?? 0,
    schedule: schedule.stateDict(),
    tuning: tuningOf(device),
  };
  // Everything is asked for before anything is awaited: copies are queued, and so all are of the same step.
  const [position, { seed, counter }, scale, notTaken, ...values] = await Promise.all([
    trainer.positionNow(),
    randomState(device).read(),
    scaler?.stateDict(),
    skipped?.toArray(),
    ...named.map(([, tensor]) => tensor.toArray()),
  ]);
  const tensors = new Map(
    named.map(([name, { shape }], index): [string, HostTensor] => [name, { shape, values: values[index]! }]),
  );
  const when = `after step ${position.step} of epoch ${position.epoch + 1}`;
  const lost = notFinite(tensors);
  if (lost) throw new DivergedError(`${lost} holds numbers that are not finite`, when);
  if (position.score.count > 0) refuseDiverged(position.score, when);
  tensors.set(RANDOM, { shape: [2], values: Uint32Array.of(seed, counter) });
  const taken = steps.map((count, index) => count - (notTaken?.[index] ?? 0));
  const whole = { ...state, position, optimizer: { steps: taken, factor, groups }, scaler: scale };
  return encodeVerified({ tensors, metadata: { [STATE]: JSON.stringify(whole) } });
}

/**
 * Read a checkpoint's file.
 * @throws FileError when it cannot be read, RunError when it is damaged, holds numbers that are not finite, or was not written by
 * dawngrad
 */
export function readCheckpoint(path: string): Checkpoint {
  const { tensors, metadata, checked } = decodeVerified(readBytes(path), path);
  let state: CheckpointState;
  try {
    state = stateSchema.parse(JSON.parse(metadata[STATE] ?? ''));
  } catch {
    throw new RunError(`reading ${path}: a safetensors file, but no checkpoint of this version of dawngrad`);
  }
  if (!checked) throw new RunError(`reading ${path}: it is damaged: its checksum is missing`);
  return { path, tensors, ...state };
}

/**
 * Read the last checkpoint of a run; where it is damaged, the one before.
 * @param warn is told why it is not the last one
 * @throws FileError, RunError when neither can be read
 */
export function readNewest(
  { last, previous }: Pick<CheckpointPaths, 'last' | 'previous'>,
  warn: (text: string) => void,
): Checkpoint {
  try {
    return readCheckpoint(last);
  } catch (error) {
    if (!existsSync(previous)) throw error;
    const { message } = error as Error;
    let checkpoint: Checkpoint;
    try {
      checkpoint = readCheckpoint(previous);
    } catch (second) {
      throw new RunError(`${message}; nor can the one before be read: ${(second as Error).message}`);
    }
    const { epoch, step } = checkpoint.position;
    warn(`${message}; taking the one before, of step ${step} of epoch ${epoch + 1}: ${previous}`);
    return checkpoint;
  }
}

/** What a checkpoint's net has learned, by PyTorch's names, in the order of its layers: averaged, where the run averages it. */
export const netState = ({ tensors }: Checkpoint): Map<string, HostArray> =>
  below(tensors, scoredNet(tensors)) as Map<string, HostArray>;

/** Load the net alone, for evaluation and prediction. */
export function restoreModel(model: Module, checkpoint: Checkpoint): void {
  naming(checkpoint.path, () => model.loadStateDict(netState(checkpoint)));
}

/** Bring a session that was made from the checkpoint's config to where the checkpoint was taken. */
export function restoreSession(session: Session, checkpoint: Checkpoint): void {
  const { model, optimizer, schedule, average, trainer, clock, device, train, scaler } = session;
  const { path, position, tensors } = checkpoint;
  const part = (prefix: string) => below(tensors, prefix) as Map<string, HostArray>;
  const random = tensors.get(RANDOM);
  if (random?.values.length !== 2) throw new RunError(`reading ${path}: it lacks the random state`);
  if (position.step > train.steps) {
    throw new RunError(
      `reading ${path}: it is ${position.step} steps into an epoch that now has ${train.steps}`,
    );
  }
  naming(path, () => {
    model.loadStateDict(part(MODEL));
    average?.module.loadStateDict(part(AVERAGE));
    average?.resume(checkpoint.averaged);
    const { steps, factor, groups } = checkpoint.optimizer;
    const options = groups as unknown as readonly RateOptions[];
    optimizer.loadStateDict({ steps, factor, groups: options, slots: part(OPTIMIZER) });
    // Before there were any, runs of medium precision went without: they go on as new ones begin.
    if (scaler && checkpoint.scaler) scaler.loadStateDict(checkpoint.scaler);
  });
  const [seed, counter] = random.values as unknown as [number, number];
  randomState(device).write({ seed, counter });
  schedule.loadStateDict(checkpoint.schedule);
  trainer.position = position;
  if (checkpoint.spent) clock.spent = checkpoint.spent;
}

/** State that does not fit is reported with the file that it came from. */
function naming(path: string, load: () => void): void {
  try {
    load();
  } catch (error) {
    throw new RunError(`reading ${path}: ${(error as Error).message}`, { cause: error });
  }
}
