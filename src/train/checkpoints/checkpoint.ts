/**
 * A checkpoint is one safetensors file with all that a run needs to go on as if it had not stopped: the net (`model.*`), what
 * the optimizer remembers (`optimizer.*`), where the random keys stand (`random`), and the rest as JSON in the metadata.
 */
import { z } from 'zod';
import { readBytes } from '../../files/read-file.js';
import { randomState } from '../../kernels/random-key.js';
import type { Module } from '../../nn/module.js';
import type { RateOptions } from '../../nn/optim/options.js';
import type { HostArray } from '../../nn/state.js';
import type { Tensor } from '../../tensor/tensor.js';
import { configSchema } from '../recipes/config.js';
import { RunError } from '../run/run-error.js';
import type { Session } from '../run/session.js';
import { decodeSafetensors, encodeSafetensors, type HostTensor } from './safetensors.js';

const MODEL = 'model.';
const OPTIMIZER = 'optimizer.';
const RANDOM = 'random';
/** The metadata entry with the JSON. */
const STATE = 'dawngrad';

const natural = z.number().int().nonnegative();
const numbers = z.array(z.number());

const stateSchema = z.object({
  /** Version of this layout. */
  version: z.literal(2),
  config: configSchema,
  /** Names of the classes. */
  classes: z.array(z.string()),
  position: z.object({
    epoch: natural,
    step: natural,
    score: z.object({ lossSum: z.number(), correct: natural, count: natural }),
  }),
  /** The finished epoch with the lowest error on the images scored after each, from 1, and how many it got wrong. */
  best: z.object({ epoch: natural, wrong: natural }).optional(),
  optimizer: z.object({
    /** How many steps each parameter took. */
    steps: z.array(natural),
    factor: z.number(),
    groups: z.array(z.record(z.string(), z.union([z.number(), z.boolean(), numbers]))),
  }),
  schedule: z.record(z.string(), z.number()),
});

export type CheckpointState = z.infer<typeof stateSchema>;
export type Best = CheckpointState['best'];

export interface Checkpoint extends CheckpointState {
  readonly path: string;
  readonly tensors: ReadonlyMap<string, HostTensor>;
}

/** The bytes of a checkpoint of a session as it stands, after all that was launched so far. */
export async function captureCheckpoint(session: Session, best: Best): Promise<Uint8Array> {
  const { config, device, model, optimizer, schedule, trainer, train } = session;
  const { slots, steps, factor, groups } = optimizer.stateDict();
  const tensors = new Map<string, HostTensor>();
  const read = async (prefix: string, state: ReadonlyMap<string, Tensor>) => {
    const values = await Promise.all([...state.values()].map((tensor) => tensor.toArray()));
    [...state].forEach(([name, { shape }], index) => {
      tensors.set(prefix + name, { shape, values: values[index]! });
    });
  };
  await read(MODEL, model.stateDict());
  await read(OPTIMIZER, slots as ReadonlyMap<string, Tensor>);
  const { seed, counter } = await randomState(device).read();
  tensors.set(RANDOM, { shape: [2], values: Uint32Array.of(seed, counter) });
  const state = {
    version: 2,
    config,
    classes: [...train.set.classes],
    position: trainer.position,
    best,
    optimizer: { steps, factor, groups },
    schedule: schedule.stateDict(),
  };
  return encodeSafetensors({ tensors, metadata: { [STATE]: JSON.stringify(state) } });
}

/**
 * Read a checkpoint's file.
 * @throws FileError when it cannot be read, RunError when it is damaged, or was not written by dawngrad
 */
export function readCheckpoint(path: string): Checkpoint {
  const { tensors, metadata } = decodeSafetensors(readBytes(path), path);
  try {
    return { path, tensors, ...stateSchema.parse(JSON.parse(metadata[STATE] ?? '')) };
  } catch {
    throw new RunError(`reading ${path}: a safetensors file, but no checkpoint of this version of dawngrad`);
  }
}

/** Load the net alone, for evaluation and prediction. */
export function restoreModel(model: Module, { path, tensors }: Checkpoint): void {
  naming(path, () => model.loadStateDict(below(tensors, MODEL)));
}

/** Bring a session that was made from the checkpoint's config to where the checkpoint was taken. */
export function restoreSession(session: Session, checkpoint: Checkpoint): void {
  const { model, optimizer, schedule, trainer, device, train } = session;
  const { path, position, tensors } = checkpoint;
  const random = tensors.get(RANDOM);
  if (random?.values.length !== 2) throw new RunError(`reading ${path}: it lacks the random state`);
  if (position.step > train.steps) {
    throw new RunError(
      `reading ${path}: it is ${position.step} steps into an epoch that now has ${train.steps}`,
    );
  }
  naming(path, () => {
    model.loadStateDict(below(tensors, MODEL));
    const { steps, factor, groups } = checkpoint.optimizer;
    const options = groups as unknown as readonly RateOptions[];
    optimizer.loadStateDict({ steps, factor, groups: options, slots: below(tensors, OPTIMIZER) });
  });
  const [seed, counter] = random.values as unknown as [number, number];
  randomState(device).write({ seed, counter });
  schedule.loadStateDict(checkpoint.schedule);
  trainer.position = position;
}

/** The tensors whose names begin with `prefix`, without it. */
function below(tensors: ReadonlyMap<string, HostTensor>, prefix: string): Map<string, HostArray> {
  const chosen = [...tensors].filter(([name]) => name.startsWith(prefix));
  return new Map(chosen.map(([name, tensor]) => [name.slice(prefix.length), tensor as HostArray]));
}

/** State that does not fit is reported with the file that it came from. */
function naming(path: string, load: () => void): void {
  try {
    load();
  } catch (error) {
    throw new RunError(`reading ${path}: ${(error as Error).message}`, { cause: error });
  }
}
