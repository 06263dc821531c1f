/** Explains the step that a run would record. `dawngrad explain` prints it. */
import type { Device } from '../../gpu/device.js';
import type { Memory } from '../../gpu/memory/memory.js';
import { tracing } from '../../gpu/program/origin.js';
import { explainChoice } from '../../kernels/products/choice/choose-variant.js';
import { readMeasuredTable } from '../../kernels/products/choice/measured-table.js';
import { productsOf } from '../../kernels/products/choice/seen-products.js';
import { withLayerScopes } from '../../nn/around-forward.js';
import type { Module } from '../../nn/module.js';
import type { Tensor } from '../../tensor/tensor.js';
import { BatchProgram, type StepPlan } from '../../train/batch-program.js';
import type { RunConfig } from '../../train/recipes/config.js';
import { blankImages } from '../../train/run/run-images.js';
import { assemble, type Session, scoredModel } from '../../train/run/session.js';
import { evaluationWork } from '../../train/trainer.js';
import { type LaunchTimesOptions, timeLaunches } from '../launch-times.js';
import { type DeviceLimits, leastTime, measureLimits } from '../limits.js';
import { explainProgram } from './explain-program.js';
import type { Explanation } from './explanation.js';

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
  const session = assemble({ ...config, seed: device.seed, batch }, device, blankImages(config));
  const model = step === 'train' ? session.model : scoredModel(session);
  const program = programOf(session, step);
  let plan: StepPlan | undefined;
  const seen = productsOf(device, () => {
    plan = withLayerScopes([model], () => tracing(() => program.plan(batch)));
  });
  const names = namesIn(model);
  // The gradients that the plan left there have no memory.
  model.zeroGrad();
  const { launches } = plan!;
  const milliseconds = time ? await timesOf(device, program, batch, time) : undefined;
  const limits = time && (await measureLimits(device, time.samples));
  const { path, products, ignored } = readMeasuredTable(device);
  return {
    ...{ step, model: config.model, batch, precision: device.precision, adapter: device.adapter.name },
    measurements: {
      ...{ path, products: Object.keys(products).length },
      ...(ignored !== undefined && { ignored }),
    },
    ...(limits && { limits }),
    uploadBytes: plan!.uploadBytes,
    ...explainProgram(plan!, {
      names,
      choices: new Map(seen.map((product) => [product.key, explainChoice(device, product)])),
      ...(milliseconds && { milliseconds }),
      ...(limits && {
        leastMilliseconds: launches.map((launch) => leastTime(launch, device.precision, limits)),
      }),
    }),
  };
}

/** Parameters, buffers, and the gradients that parameters have now, as `conv.weight.grad`. */
function namesIn(model: Module): Map<Tensor | Memory, string> {
  const names = new Map<Tensor | Memory, string>();
  const note = (name: string, tensor: Tensor) => names.set(tensor, name).set(tensor.memory, name);
  for (const [name, tensor] of model.stateDict()) note(name, tensor);
  for (const [name, { grad }] of model.namedParameters()) if (grad) note(`${name}.grad`, grad);
  return names;
}

function programOf(session: Session, step: StepKind): BatchProgram {
  const { device, train, test, model, trainer } = session;
  if (step === 'eval') return new BatchProgram(device, test, evaluationWork(scoredModel(session)));
  model.train();
  return new BatchProgram(device, train, trainer.work);
}

/** Median milliseconds of each launch. */
async function timesOf(
  device: Device,
  program: BatchProgram,
  batch: number,
  precisely: LaunchTimesOptions,
): Promise<number[]> {
  try {
    const times = await timeLaunches(device, await program.programOf(batch), precisely);
    return times.map(({ milliseconds }) => median(milliseconds));
  } finally {
    program.dispose();
  }
}

const median = (values: readonly number[]): number =>
  [...values].sort((one, other) => one - other)[Math.floor(values.length / 2)] as number;
