/** How much device memory a run will take, found before anything runs. `dawngrad plan` prints it. */
import type { Device } from '../gpu/device.js';
import { LimitError } from '../gpu/gpu-errors.js';
import { wholeOf } from '../gpu/program/recording.js';
import type { Tensor } from '../tensor/tensor.js';
import { BatchProgram, type StepPlan } from '../train/batch-program.js';
import type { RunConfig } from '../train/recipes/config.js';
import { blankImages } from '../train/run/data/run-images.js';
import { assemble, EVALUATION_BATCH, openLearner, type Session } from '../train/run/session.js';
import { evaluationWork } from '../train/trainer.js';

/** Bytes that a recorded step takes, by what they hold at its fullest moment. */
export interface StepMemory {
  /** Images a step. */
  readonly batch: number;
  /** Kernel launches a step. */
  readonly launches: number;
  /** Gradients of parameters, as far as they are known by then. */
  readonly gradients: number;
  /** What the forward pass made and the backward pass still needs. */
  readonly activations: number;
  /** What a few launches need: gradients of activations, unfolded images, partial sums; in evaluation all there is. */
  readonly workspace: number;
  /** Textures that operands are copied to, where a driver reads them faster. */
  readonly texels: number;
  /** Free at that moment, but in the wrong place for anything. */
  readonly gaps: number;
  /** The buffers that the batch is uploaded to. */
  readonly upload: number;
  /** All of the above together. */
  readonly total: number;
}

/** Bytes of device memory that a run takes. */
export interface MemoryPlan {
  /** Parameters, and running statistics where there are any. */
  readonly parameters: number;
  /** What the optimizer remembers for each parameter, and the average of each where the run has one. */
  readonly optimizerState: number;
  /** Rates, random keys, the normalisation of images. */
  readonly constants: number;
  readonly training: StepMemory;
  readonly evaluation: StepMemory;
  /** The most that is taken while training. */
  readonly trainingPeak: number;
  /** The most that a run takes which evaluates after each epoch: training keeps its memory meanwhile. */
  readonly runPeak: number;
}

/**
 * Plan a run of this config; its data set is not looked at, nor counted where a GPU has room for it too. An epoch's last
 * batch, if it is smaller than the others, takes a further part of what a step takes.
 *
 * @param device made for this: the session that is planned lives on it, with parameters and optimizer state
 * @throws LimitError when a tensor is larger than the device allows, naming the op and the largest batch that would do
 */
export function planRun(config: RunConfig, device: Device): MemoryPlan {
  const before = device.memory.used;
  const planned = { ...config, seed: device.seed };
  return planOf(assemble(planned, device, blankImages(config)), before);
}

/** As `planRun`, of whatever net, which may be one of the user's own. */
export async function planOpened(config: RunConfig, device: Device): Promise<MemoryPlan> {
  const before = device.memory.used;
  const planned = { ...config, seed: device.seed };
  return planOf(assemble(planned, device, blankImages(config), await openLearner(planned, device)), before);
}

/** @param before bytes that were taken before the session was made */
function planOf(session: Session, before: number): MemoryPlan {
  const { config, device } = session;
  const training = stepMemory(session, planTraining(session, config.batch), config.batch);
  const evaluation = stepMemory(session, planEvaluation(session), EVALUATION_BATCH);
  const { model, optimizer, average } = session;
  const parameters = bytesOf(model.stateDict().values());
  const optimizerState =
    bytesOf(optimizer.stateDict().slots.values() as Iterable<Tensor>) +
    bytesOf(average?.module.stateDict().values() ?? []);
  const state = device.memory.used - before;
  const trainingPeak = state + training.total;
  return {
    parameters,
    optimizerState,
    constants: state - parameters - optimizerState,
    training,
    evaluation,
    trainingPeak,
    runPeak: trainingPeak + evaluation.total,
  };
}

/** Bytes of all buffers that hold one of these tensors or several. */
const bytesOf = (tensors: Iterable<Tensor>): number =>
  [...new Set(Array.from(tensors, ({ buffer }) => buffer))].reduce((sum, { size }) => sum + size, 0);

function planTraining({ device, train, model, trainer }: Session, batch: number): StepPlan {
  model.train();
  const program = new BatchProgram(device, train, trainer.work);
  try {
    return program.plan(batch);
  } catch (error) {
    if (!(error instanceof LimitError)) throw error;
    const most = largest(batch, (count) => {
      // What the try before made room for its images in.
      device.trim();
      program.plan(count);
    });
    const advice = most > 0 ? `The largest batch that fits is ${most}.` : 'Not even one image fits.';
    throw new LimitError(error.op, `${error.problem} ${advice}`, { cause: error });
  }
}

function planEvaluation({ device, test, model }: Session): StepPlan {
  return new BatchProgram(device, test, evaluationWork(model)).plan(EVALUATION_BATCH);
}

/** The largest count, below one that is too many, for which `plan` finds no limit; 0 if there is none. */
function largest(tooMany: number, plan: (count: number) => unknown): number {
  let [fits, exceeds] = [0, tooMany];
  while (exceeds - fits > 1) {
    const count = Math.floor((fits + exceeds) / 2);
    try {
      plan(count);
      fits = count;
    } catch (error) {
      if (!(error instanceof LimitError)) throw error;
      exceeds = count;
    }
  }
  return fits;
}

function stepMemory({ model }: Session, plan: StepPlan, batch: number): StepMemory {
  const { result, bytes, launches, memory, uploadBytes: upload } = plan;
  const texels = plan.texels.reduce((sum, bytes) => sum + bytes, 0);
  const gradients = model.parameters().flatMap(({ grad }) => (grad ? [wholeOf(grad.memory)] : []));
  const gradientsOf = new Set<unknown>(gradients);
  const loss = memory.find((one) => one === result.loss.memory)!.from;
  const bytesAt = (launch: number) => {
    const sums = { gradients: 0, activations: 0, workspace: 0 };
    for (const one of memory) {
      if (launch < one.from || launch >= one.until) continue;
      const kept = result.loss.requiresGrad && one.from < loss && one.until > loss + 1;
      sums[gradientsOf.has(one) ? 'gradients' : kept ? 'activations' : 'workspace'] += one.bytes;
    }
    return { ...sums, all: sums.gradients + sums.activations + sums.workspace };
  };
  const { all, ...parts } = launches
    .map((_, launch) => bytesAt(launch))
    .reduce((fullest, moment) => (moment.all > fullest.all ? moment : fullest));
  model.zeroGrad();
  const gaps = bytes - texels - all;
  return { batch, launches: launches.length, ...parts, texels, gaps, upload, total: bytes + upload };
}
