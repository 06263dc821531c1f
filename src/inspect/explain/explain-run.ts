/** Explains the step that a run would record. `dawngrad explain` prints it. */
import type { Device } from '../../gpu/device.js';
import type { Program } from '../../gpu/program/program.js';
import { readMeasuredTable } from '../../kernels/products/choice/measured-table.js';
import { BatchProgram } from '../../train/batch-program.js';
import { median } from '../../train/median.js';
import { nameOfModel } from '../../train/nets/net-file.js';
import type { RunConfig } from '../../train/recipes/config.js';
import { blankImages } from '../../train/run/data/run-images.js';
import { assemble, openLearner, type Session, scoredModel } from '../../train/run/session.js';
import { evaluationWork } from '../../train/trainer.js';
import { type LaunchTimesOptions, timeLaunches } from '../launch-times.js';
import { type DeviceLimits, leastTime, measureLimits } from '../limits.js';
import { explainProgram } from './explain-program.js';
import type { Explanation } from './explanation.js';
import { namesIn } from './program-explain.js';
import { withOrigins } from './with-origins.js';

/** Which of a run's steps. */
export type StepKind = 'train' | 'eval';

export interface ExplainOptions {
  readonly step: StepKind;
  /** Images a step. */
  readonly batch: number;
  /** Also measure how long each launch takes, on images that are blank, so precisely. Left out, nothing is measured. */
  readonly time?: LaunchTimesOptions;
}

/** An explanation, and what it is of. */
export interface StepExplanation extends Explanation {
  readonly step: StepKind;
  readonly model: string;
  readonly batch: number;
  readonly precision: string;
  readonly adapter: string;
  /** Where the tuner's measurements for this device are kept, how many products they have, and why they are not used, if they are not. */
  readonly measurements: { readonly path: string; readonly products: number; readonly ignored?: string };
  /** What the device was just seen to do at best, where launches were timed. */
  readonly limits?: DeviceLimits;
  /** What a whole step takes, in milliseconds, where launches were timed: from its first call to the device's last word. */
  readonly stepMilliseconds?: number;
  /** Bytes that are written to before each step, which are not part of the program. */
  readonly uploadBytes: number;
}

/**
 * Explain a step of a run of this config; its data set is not looked at. The step is recorded, and computed only to be timed.
 * @param device made for this: the session that is explained lives on it
 * @throws LimitError when a tensor is larger than the device allows; OutOfMemoryError when it is to be timed, and does not fit
 */
export async function explainRun(
  config: RunConfig,
  device: Device,
  { step, batch, time }: ExplainOptions,
): Promise<StepExplanation> {
  const planned = { ...config, seed: device.seed, batch };
  const session = assemble(planned, device, blankImages(config), await openLearner(planned, device));
  const model = step === 'train' ? session.model : scoredModel(session);
  const program = programOf(session, step);
  const plan = withOrigins([model], () => program.plan(batch));
  const names = namesIn(model);
  // The gradients that the plan left there have no memory.
  model.zeroGrad();
  const times = time && (await timesOf(device, program, batch, time));
  const limits = time && (await measureLimits(device, time.samples));
  const { path, products, ignored } = readMeasuredTable(device);
  return {
    ...{
      step,
      model: nameOfModel(config.model),
      batch,
      precision: device.precision,
      adapter: device.adapter.name,
    },
    measurements: {
      ...{ path, products: Object.keys(products).length },
      ...(ignored !== undefined && { ignored }),
    },
    ...(limits && { limits }),
    ...(times && { stepMilliseconds: times.step }),
    uploadBytes: plan.uploadBytes,
    ...explainProgram(plan, {
      names,
      milliseconds: times?.launches,
      leastMilliseconds: limits && plan.launches.map((launch) => leastTime(launch, device.precision, limits)),
    }),
  };
}

function programOf(session: Session, step: StepKind): BatchProgram {
  const { device, train, test, model, trainer } = session;
  if (step === 'eval') return new BatchProgram(device, test, evaluationWork(scoredModel(session)));
  model.train();
  return new BatchProgram(device, train, trainer.work);
}

/** Median milliseconds of each launch alone, and of the whole step by the clock on the wall. */
async function timesOf(
  device: Device,
  batches: BatchProgram,
  batch: number,
  precisely: LaunchTimesOptions,
): Promise<{ launches: number[]; step: number }> {
  try {
    const program = await batches.programOf(batch);
    const steps: number[] = [];
    const launches: number[] = [];
    // As many steps as samples, spread over the launches: a machine that others slow down slows both.
    const apart = Math.ceil(program.kernels.length / (precisely.samples ?? 5));
    await timeLaunches(device, program, precisely, async ({ milliseconds }) => {
      if (launches.length % apart === 0) steps.push(await stepTime(device, program));
      launches.push(median(milliseconds));
    });
    return { launches, step: median(steps) };
  } finally {
    batches.dispose();
  }
}

/** Milliseconds from the call that runs a program to the word that the device is done with it. */
async function stepTime(device: Device, program: Program<unknown>): Promise<number> {
  await device.synchronize();
  const begin = performance.now();
  program.run();
  await device.synchronize();
  return performance.now() - begin;
}
