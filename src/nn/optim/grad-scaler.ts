import { multiply } from '../../autograd/ops/elementwise/multiply.js';
import { checkOptions, type Rules } from '../../errors/check-options.js';
import { ArgumentError, DawngradError } from '../../errors/errors.js';
import { instance, number, required, whole } from '../../errors/rules.js';
import { checkDevice } from '../../gpu/check-device.js';
import type { Device } from '../../gpu/device.js';
import {
  LOSS_SCALE_SIZE,
  type LossScaleSlot,
  OPTIMIZERS,
  updateLossScale,
} from '../../kernels/optimizers/loss-scale.js';
import { checkTensor } from '../../tensor/check.js';
import { Tensor } from '../../tensor/tensor.js';
import { keep } from '../../tensor/tidy.js';
import { Optimizer } from './optimizer.js';
import type { RateOptions } from './options.js';

/** How a `GradScaler` scales; the defaults are PyTorch's. */
export interface GradScalerOptions {
  /** The first scale, from 2^-126 to 2^126 (default 65536). */
  initScale: number;
  /** What the scale is multiplied by after `growthInterval` steps in a row that were not skipped (default 2). */
  growthFactor: number;
  /** What it is multiplied by after a step that was skipped (default 0.5). */
  backoffFactor: number;
  growthInterval: number;
}

const DEFAULTS: GradScalerOptions = {
  initScale: 65536,
  growthFactor: 2,
  backoffFactor: 0.5,
  growthInterval: 2000,
};

/** A scale and its inverse must be positive numbers of 32 bits: see `shaders/optimizers/update_loss_scale.wgsl`. */
const SCALE = number({ atLeast: 2 ** -126, atMost: 2 ** 126 });

/** What the options must be. */
const RULES: Rules<GradScalerOptions> = {
  initScale: SCALE,
  growthFactor: number({ above: 1 }),
  backoffFactor: number({ above: 0, below: 1 }),
  growthInterval: whole(1, 2 ** 32 - 1),
};

/** All that a `GradScaler` must remember to go on as it would have. */
export interface GradScalerState {
  readonly scale: number;
  /** The scale of the last step, whose gradients there still are. */
  readonly lastScale: number;
  readonly growthFactor: number;
  readonly backoffFactor: number;
  readonly growthInterval: number;
  /** Steps since the scale last changed, or one was skipped. */
  readonly growthTracker: number;
  /** Steps skipped since `takeSkippedSteps` was last asked. */
  readonly skippedSteps: number;
}

const STATE_RULES: Rules<GradScalerState> = {
  scale: required(SCALE),
  lastScale: required(SCALE),
  growthFactor: required(RULES.growthFactor),
  backoffFactor: required(RULES.backoffFactor),
  growthInterval: required(RULES.growthInterval),
  growthTracker: required(whole(0, 2 ** 32 - 1)),
  skippedSteps: required(whole(0, 2 ** 32 - 1)),
};

/** Words of `struct LossScale`, which begins with the two scales. */
const [GROWTH_TRACKER, SKIPPED] = [2, 3];

/** How far an optimizer is between two updates of the scale. */
interface Progress {
  readonly slot: number;
  state: 'ready' | 'unscaled' | 'stepped';
}

/**
 * Dynamic loss scaling, as PyTorch's `torch.amp.GradScaler`: the loss is multiplied by a scale, so that small gradients do not
 * vanish where they are stored as halves, and each gradient is divided by it before it is used. A step in which one is not
 * finite is skipped wholly, and the scale falls; after many that were not it rises.
 *
 *     const scaler = new dg.GradScaler(device);
 *     optimizer.zeroGrad();
 *     scaler.scale(loss).backward();
 *     scaler.step(optimizer);
 *     scaler.update();
 *
 * All of it happens on the device, in a recorded program too: nothing waits to learn whether a step was skipped.
 */
export class GradScaler {
  /** What the scale moves by. A program keeps what it was recorded with. */
  readonly options: GradScalerOptions;
  /**
   * The scale, f32 `[]`, on the device. `loss.backward({ gradient: scaler.factor })` leaves the gradients of
   * `scaler.scale(loss).backward()`, with two launches fewer.
   */
  readonly factor: Tensor;
  readonly #state: Tensor;
  readonly #optimizers = new Map<Optimizer<RateOptions>, Progress>();

  /**
   * @param device of the optimizers' parameters
   * @throws ArgumentError for an option that there is not, or that breaks its rule
   */
  constructor(
    readonly device: Device,
    options: Partial<GradScalerOptions> = {},
  ) {
    checkDevice('GradScaler', device);
    checkOptions('GradScaler', options, RULES);
    const given = Object.entries(options).filter(([, value]) => value !== undefined);
    this.options = { ...DEFAULTS, ...Object.fromEntries(given) };
    this.#state = device.unrecorded(() => keep(new Tensor(device, [LOSS_SCALE_SIZE])));
    this.factor = keep(this.#state.part(0, []));
    const { initScale } = this.options;
    device.unrecorded(() => this.#write({ scale: initScale, lastScale: initScale }));
  }

  /** The loss times the scale: what to call `backward` on. */
  scale(loss: Tensor): Tensor {
    checkTensor('GradScaler.scale', 'loss', loss, 'f32');
    return multiply(loss, this.factor);
  }

  /**
   * Divide the gradients of an optimizer by the scale now, in place, so that they can be looked at or clipped before `step`.
   * @throws DawngradError when that was done since the last `update`, or the step was taken
   */
  unscale_(optimizer: Optimizer<RateOptions>): void {
    const progress = this.#progressOf('unscale_', optimizer);
    if (progress.state !== 'ready') {
      const done = progress.state === 'stepped' ? 'step' : 'unscale_';
      throw new DawngradError(
        `GradScaler.unscale_: ${done} was called for this ${optimizer.constructor.name} already; call update() first`,
      );
    }
    optimizer.unscaleGradients(this.#slotOf(progress));
    progress.state = 'unscaled';
  }

  /**
   * The optimizer's step, unless one of its gradients is not finite: then its parameters, all that it remembers of them and its
   * count of steps stay as they are.
   * @throws DawngradError when it was called since the last `update`; and what the optimizer's `step` throws
   */
  step(optimizer: Optimizer<RateOptions>): void {
    const progress = this.#progressOf('step', optimizer);
    if (progress.state === 'stepped') {
      throw new DawngradError(
        `GradScaler.step: it was called for this ${optimizer.constructor.name} already; call update() first`,
      );
    }
    optimizer.scaledStep(this.#slotOf(progress), progress.state === 'unscaled');
    progress.state = 'stepped';
  }

  /**
   * Say what the next step's scale is: to be called after the steps of all optimizers.
   * @throws DawngradError when there was none
   */
  update(): void {
    const all = [...this.#optimizers.values()];
    if (all.every(({ state }) => state === 'ready')) {
      throw new DawngradError(
        'GradScaler.update: no optimizer took a step since the last one; call step() first',
      );
    }
    updateLossScale(this.#state, all.length, this.options);
    for (const progress of all) progress.state = 'ready';
  }

  /** The scale of the next step, once all that was launched so far has run. */
  async getScale(): Promise<number> {
    return (await this.stateDict()).scale;
  }

  /** How many steps were skipped since this was last asked. */
  async takeSkippedSteps(): Promise<number> {
    const state = this.stateDict();
    const { buffer, offset } = this.#state.memory;
    this.device.write(buffer, Uint32Array.of(0), offset + 4 * SKIPPED);
    return (await state).skippedSteps;
  }

  /** What to save, as it is after all that was launched so far. */
  async stateDict(): Promise<GradScalerState> {
    const { growthFactor, backoffFactor, growthInterval } = this.options;
    const values = (await this.#state.toArray()) as Float32Array;
    const words = new Uint32Array(values.buffer, values.byteOffset);
    return {
      scale: values[0] as number,
      lastScale: values[1] as number,
      growthFactor,
      backoffFactor,
      growthInterval,
      growthTracker: words[GROWTH_TRACKER] as number,
      skippedSteps: words[SKIPPED] as number,
    };
  }

  /**
   * Go on exactly where a saved scaler stopped.
   * @throws ArgumentError when a number is missing or out of range; nothing is loaded then
   */
  loadStateDict(state: GradScalerState): void {
    checkOptions('loading the state of GradScaler', state, STATE_RULES);
    const { growthFactor, backoffFactor, growthInterval } = state;
    Object.assign(this.options, { growthFactor, backoffFactor, growthInterval });
    this.#write(state);
  }

  #write({
    scale,
    lastScale,
    growthTracker = 0,
    skippedSteps = 0,
  }: Pick<GradScalerState, 'scale' | 'lastScale'> & Partial<GradScalerState>): void {
    const values = new Float32Array(LOSS_SCALE_SIZE);
    values.set([scale, lastScale]);
    const words = new Uint32Array(values.buffer);
    words[GROWTH_TRACKER] = growthTracker;
    words[SKIPPED] = skippedSteps;
    this.#state.write(values);
  }

  #slotOf({ slot }: Progress): LossScaleSlot {
    return { state: this.#state, slot };
  }

  #progressOf(method: string, optimizer: Optimizer<RateOptions>): Progress {
    const who = `GradScaler.${method}`;
    checkOptions(who, { optimizer }, { optimizer: required(instance(Optimizer)) });
    const known = this.#optimizers.get(optimizer);
    if (known) return known;
    if (this.#optimizers.size === OPTIMIZERS) {
      throw new ArgumentError(who, 'optimizer', `is one more than ${OPTIMIZERS}`, 'make another GradScaler');
    }
    const progress: Progress = { slot: this.#optimizers.size, state: 'ready' };
    this.#optimizers.set(optimizer, progress);
    return progress;
  }
}
