import { crossEntropy } from '../autograd/ops/losses/cross-entropy.js';
import { backward, noGrad } from '../autograd/tape.js';
import { BatchLoader } from '../data/loader.js';
import { checkArgument, checkOptions, type Rules } from '../errors/check-options.js';
import { boolean, callable, having, instance, number, object, required, whole } from '../errors/rules.js';
import { checkDevice, deviceRule } from '../gpu/check-device.js';
import type { Device } from '../gpu/device.js';
import { tracing } from '../gpu/program/origin.js';
import { withLayerScopes } from '../nn/around-forward.js';
import { Module } from '../nn/module.js';
import { AveragedModel } from '../nn/optim/averaged-model.js';
import { GradScaler } from '../nn/optim/grad-scaler.js';
import { Optimizer } from '../nn/optim/optimizer.js';
import type { RateOptions } from '../nn/optim/options.js';
import type { Schedule } from '../nn/schedule.js';
import { BatchProgram, type BatchWork, readScore } from './batch-program.js';
import { refuseDiverged } from './diverged.js';
import { pipelined } from './pipelined.js';
import { DivergedError } from './run/run-error.js';
import { addScores, NO_SCORE, type Score } from './score.js';
import { runChecked } from './watch/checked-launches.js';
import { readProbes, type StepProbes, StepProbing } from './watch/probes.js';

export interface TrainerOptions {
  /** Where model, optimizer and batches are. */
  readonly device: Device;
  readonly model: Module;
  /** Updates the model's parameters, or some of them. */
  readonly optimizer: Optimizer<RateOptions>;
  /** Sets the optimizer's `factor` before each step; asked in epochs, and parts of them. */
  readonly schedule: Schedule;
  readonly batches: BatchLoader;
  /** Scales the loss, for gradients that may be stored as halves. */
  readonly scaler?: GradScaler | undefined;
  /** Share of the probability that the loss wants of all classes alike (default 0). */
  readonly labelSmoothing?: number;
  /** Sets the momentum of all groups, of an `SGD` or `RMSprop`, before each step, asked in epochs; left out, it stays what it is. */
  readonly momentum?: ((epochs: number) => number) | undefined;
  /** Takes the model's weights in after each step, once that many epochs are done (default 0). */
  readonly average?: { readonly model: AveragedModel; readonly start?: number } | undefined;
  /** Every this many steps, from the first on, gathers statistics of activations and gradients: see `takeProbes`. */
  readonly probe?: number | undefined;
  /** Runs each step launch by launch, and stops at the first that makes numbers that are not finite (default false). */
  readonly checkNumerics?: boolean | undefined;
}

/** What these must be. */
const OPTIONS: Rules<TrainerOptions> = {
  device: required(deviceRule),
  model: required(instance(Module)),
  optimizer: required(instance(Optimizer)),
  schedule: required(having('factor', 'a Schedule, such as schedule.constant()')),
  batches: required(instance(BatchLoader)),
  scaler: instance(GradScaler),
  labelSmoothing: number({ atLeast: 0, atMost: 1 }),
  momentum: callable,
  average: object,
  probe: whole(1),
  checkNumerics: boolean,
};

/** How far training is: with the states of the net, the optimizer and the random keys, all that it takes to go on. */
export interface Position {
  /** Epochs finished. */
  readonly epoch: number;
  /** Steps taken in the epoch after those. */
  readonly step: number;
  /** On the images of those steps. */
  readonly score: Score;
}

/** What a training step does besides. */
export interface StepOptions extends Pick<TrainerOptions, 'scaler' | 'labelSmoothing'> {
  /** Takes in the weights that the step leaves, those of before where the scaler skips it: as in PyTorch's loop. */
  readonly average?: AveragedModel | undefined;
  /** Gathers statistics of activations and gradients, in runs of its program that ask for what is optional. */
  readonly probe?: boolean;
}

/** The work of a training step, on a model in training mode: forward, backward, update. The loss that it returns is not scaled. */
export function trainingWork(
  model: Module,
  optimizer: Optimizer<RateOptions>,
  { scaler, labelSmoothing = 0, average, probe = false }: StepOptions = {},
): BatchWork {
  return (images, labels) => {
    const forward = () => model.forward(images);
    const probing = probe ? new StepProbing(model) : undefined;
    const result = crossEntropy(probing ? probing.forward(forward) : forward(), labels, { labelSmoothing });
    // Before the new gradients rather than after the update: they stay readable until the next step.
    optimizer.zeroGrad();
    const back = () => backward(result.loss, scaler && { gradient: scaler.factor });
    if (probing) probing.backward(back, scaler?.factor);
    else back();
    const update = () => {
      if (!scaler) return optimizer.step();
      scaler.step(optimizer);
      scaler.update();
    };
    if (average) average.updateParameters(update);
    else update();
    return { ...result, ...(probing && { probed: probing.tensors }) };
  };
}

/** The work of scoring a batch, in evaluation mode; the model is left in the mode that it was in. */
export function evaluationWork(model: Module): BatchWork {
  return (images, labels) =>
    model.evaluating(() => noGrad(() => crossEntropy(model.forward(images), labels)));
}

/** Steps from one look at the loss's scale to the next: it takes 17 in a row to halve it from 65,536 to less than 1. */
const LOOKS_AT_SCALE = 16;

/** The score, once the scale is seen not to have fallen below 1, where gradients are smaller than those of the loss itself. */
async function withSoundScale(score: Promise<Score>, scaler: GradScaler, at: Position): Promise<Score> {
  const [result, scale] = await Promise.all([score, scaler.getScale()]);
  refuseDiverged(result, `about step ${at.step} of epoch ${at.epoch + 1}`);
  if (scale >= 1) return result;
  throw new DivergedError(
    `the gradients are not finite at any scale of the loss, which fell to ${scale}`,
    `about step ${at.step} of epoch ${at.epoch + 1}`,
  );
}

/**
 * Trains a model on one epoch after the other, and may stop and go on at any step. Its step is recorded once for each size of
 * batch, as a program that is then run for every batch.
 *
 *     const trainer = new Trainer({ device, model, optimizer, schedule: constant(), batches });
 *     for await (const { lossSum, count } of trainer.epoch()) console.log(lossSum / count);
 *     trainer.finishEpoch();
 */
export class Trainer {
  readonly options: TrainerOptions;
  /** Its step, on a model in training mode. */
  readonly work: BatchWork;
  /** How far training is. Set it, with the states that belong to it, to go on from a checkpoint. */
  position: Position = { epoch: 0, step: 0, score: NO_SCORE };

  readonly #program: BatchProgram;
  /** Scores of steps that were taken, but have not come back. */
  readonly #awaited: Promise<Score>[] = [];
  #probes: StepProbes[] = [];

  /** @throws ArgumentError when one of them is missing or something else */
  constructor(options: TrainerOptions) {
    checkOptions('Trainer', options, OPTIONS);
    this.options = options;
    const { device, model, optimizer, batches, scaler, labelSmoothing, average, probe } = options;
    if (average) {
      checkOptions('Trainer: average', average, {
        model: required(instance(AveragedModel)),
        start: number({ atLeast: 0 }),
      });
    }
    const step = {
      ...{ scaler, average: average?.model, probe: probe !== undefined },
      ...(labelSmoothing && { labelSmoothing }),
    };
    const work = trainingWork(model, optimizer, step);
    this.work = options.checkNumerics
      ? (...batch) => withLayerScopes([model], () => tracing(() => work(...batch)))
      : work;
    this.#program = new BatchProgram(device, batches, this.work);
  }

  /**
   * Compile the steps on all sizes of batch that are to come, unless they are: `epoch` would do so before the first. The images
   * go to the device too, if they are to.
   */
  async prepare(): Promise<void> {
    this.options.model.train();
    const { epoch, step } = this.position;
    const { steps } = this.options.batches;
    if (step >= steps) return;
    // The last batch first, which may be smaller: `grad` is that of what was recorded last.
    await this.#program.compile(epoch, steps - 1, step);
  }

  /**
   * Take the steps that are left of the epoch. Yields their scores, in order and a few steps late, since waiting for each
   * would leave the GPU idle; a consumer may stop between any two.
   * @throws DivergedError when the loss is no longer a sensible number, or no scale of it gives gradients that are finite
   */
  async *epoch(): AsyncGenerator<Score> {
    await this.prepare();
    const told = (score: Score) => {
      this.#awaited.shift();
      const { epoch, step } = this.position;
      refuseDiverged(score, `about step ${step} of epoch ${epoch + 1}`);
      this.position = { ...this.position, score: addScores(this.position.score, score) };
    };
    // A step that is looked at launch by launch is not over when the call is that takes it.
    yield* pipelined(this.#steps(), told, {
      ...(this.options.checkNumerics && { most: 1 }),
      ready: () => this.#ready(),
    });
  }

  /** Enter the next epoch, once all steps of this one are taken. */
  finishEpoch(): void {
    this.position = { epoch: this.position.epoch + 1, step: 0, score: NO_SCORE };
  }

  /** What the probes of steps found whose scores came since this was last asked, in order. */
  takeProbes(): readonly StepProbes[] {
    const probes = this.#probes;
    this.#probes = [];
    return probes;
  }

  /** How many steps were skipped since this was last asked, since gradients of the scaled loss were not finite. */
  async takeSkippedSteps(): Promise<number> {
    return (await this.options.scaler?.takeSkippedSteps()) ?? 0;
  }

  /** The Euclidean norm of the gradients of the last step on a full batch, all parameters together. Waits for the GPU. */
  async gradientNorm(): Promise<number> {
    const scaled = this.options.scaler?.stateDict();
    const gradients = this.options.model.parameters().flatMap(({ grad }) => (grad ? [grad.toArray()] : []));
    let squares = 0;
    for (const values of await Promise.all(gradients)) for (const value of values) squares += value * value;
    return Math.sqrt(squares) / ((await scaled)?.lastScale ?? 1);
  }

  /**
   * Where training is now, with the scores of all steps that were taken, which takes until they have come back; steps taken
   * meanwhile do not count.
   */
  async positionNow(): Promise<Position> {
    const { epoch, step, score } = this.position;
    const awaited = await Promise.all([...this.#awaited]);
    return { epoch, step, score: awaited.reduce(addScores, score) };
  }

  /** The images of the next step, if there is one, where they must be waited for. */
  #ready(): Promise<void> | undefined {
    const { epoch, step } = this.position;
    const { batches } = this.options;
    return step < batches.steps ? batches.ready(epoch, step) : undefined;
  }

  *#steps(): Generator<Promise<Score>> {
    while (this.position.step < this.options.batches.steps) {
      const score = this.#step();
      this.#awaited.push(score);
      this.position = { ...this.position, step: this.position.step + 1 };
      yield score;
    }
  }

  #step(): Promise<Score> {
    const { optimizer, schedule, batches, momentum, average, scaler } = this.options;
    const { epoch, step } = this.position;
    const epochs = epoch + step / batches.steps;
    optimizer.factor = schedule.factor(epochs);
    if (momentum)
      for (const { options } of optimizer.groups) Object.assign(options, { momentum: momentum(epochs) });
    if (average) average.model.begun = epochs >= (average.start ?? 0);
    const score = this.#run(epoch, step);
    return scaler && step % LOOKS_AT_SCALE === 0 ? withSoundScale(score, scaler, this.position) : score;
  }

  /** Run the step's program: at once and all the same, unless somebody wants to look at it. */
  async #run(epoch: number, step: number): Promise<Score> {
    const { device, model, batches, scaler, probe, checkNumerics } = this.options;
    const taken = epoch * batches.steps + step;
    const optional = probe !== undefined && taken % probe === 0;
    const { program, count } = this.#program.load(epoch, step);
    if (checkNumerics) {
      const when = `step ${step + 1} of epoch ${epoch + 1}`;
      await runChecked(device, program, { model, scaled: scaler !== undefined, when, optional });
    } else {
      program.run({ optional });
    }
    const read = readScore(program.result, count);
    if (!optional) return read;
    const [score, probes] = await Promise.all([read, readProbes(program.result.probed ?? [])]);
    this.#probes.push({ step: taken + 1, probes });
    return score;
  }
}

/**
 * Scores of a model in evaluation mode on every batch of an epoch, in order; a consumer may stop between any two. The model
 * itself stays in the mode that it is in.
 */
export async function* evaluate(device: Device, model: Module, batches: BatchLoader): AsyncGenerator<Score> {
  checkDevice('evaluate', device);
  checkArgument('evaluate', 'model', model, instance(Module));
  checkArgument('evaluate', 'batches', batches, instance(BatchLoader));
  const program = new BatchProgram(device, batches, evaluationWork(model));
  let step = 0;
  function* steps(): Generator<Promise<Score>> {
    while (step < batches.steps) yield program.run(0, step++);
  }
  const ready = () => (step < batches.steps ? batches.ready(0, step) : undefined);
  try {
    await program.compile(0, 0);
    yield* pipelined(steps(), () => {}, { ready });
  } finally {
    program.dispose();
  }
}
