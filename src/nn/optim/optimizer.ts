import { noGrad } from '../../autograd/tape.js';
import { checkArgument, checkOptions, type Rules, refuseUnknown } from '../../errors/check-options.js';
import { ArgumentError, DawngradError } from '../../errors/errors.js';
import { instance, list, number, object, required, whole } from '../../errors/rules.js';
import type { Device } from '../../gpu/device.js';
import { PerDevice } from '../../gpu/device-state.js';
import { checkDType } from '../../kernels/check.js';
import { filled } from '../../kernels/fill.js';
import type { FlatTensors } from '../../kernels/optimizers/flat-parameters.js';
import {
  type FlatGradient,
  findNotFinite,
  LOSS_SCALE_SIZE,
  type LossScaleSlot,
  type ScaledStep,
  unscaleGradient,
} from '../../kernels/optimizers/loss-scale.js';
import { constrainNorms } from '../../kernels/optimizers/max-norm.js';
import { fromArray } from '../../tensor/create.js';
import { checkSameShape, formatShape } from '../../tensor/shape.js';
import { Tensor } from '../../tensor/tensor.js';
import { keep } from '../../tensor/tidy.js';
import { type Parameter, strays } from '../parameter.js';
import { assign, assignAll, type State, stateRule } from '../state.js';
import { Chunk } from './chunk.js';
import {
  type GroupOptions,
  groupsOf,
  type ParameterGroup,
  RATE_RULES,
  type RateOptions,
  withDefaults,
} from './options.js';
import { sideBySide } from './side-by-side.js';

/** All that an optimizer must remember for its next step to be the one it would have taken. */
export interface OptimizerState<Options> {
  /** For each parameter, in order, how many steps it took: those in which it had a gradient. */
  readonly steps: readonly number[];
  /** u32 `[parameters]`: how many of these a `GradScaler` skipped (default: none), which only the device knows. */
  readonly skipped?: Tensor;
  readonly factor: number;
  readonly groups: readonly Options[];
  /** `3.velocity`: a slot of the fourth parameter, counted through the groups in order. */
  readonly slots: State;
}

/** What the kernel of an optimizer works on, and from which element on: see `flat-parameters.ts` of the kernels. */
export interface Update<Slot extends string> extends FlatTensors {
  /** What is remembered, each laid out as the parameters. */
  readonly slots: Readonly<Record<Slot, Tensor>>;
  readonly start: number;
  /** Where the loss was scaled: by what. */
  readonly scaled: ScaledStep | undefined;
}

/** What a schedule may multiply all rates by. */
const FACTOR = number({ atLeast: 0 });

/** The state of a scale in whose steps nothing that is not finite was found, nor looked for. */
const neverSkipping = new PerDevice((device) =>
  device.unrecorded(() => keep(filled(device, [LOSS_SCALE_SIZE], 0))),
);

/**
 * Updates parameters from their gradients: those of a recorded step by one launch, for which it moves the parameters side by
 * side when it is made. A subclass says which tensors it keeps for each parameter, which numbers its kernel reads, and launches
 * that kernel.
 *
 *     optimizer.zeroGrad();
 *     loss.backward();
 *     optimizer.step();
 */
export abstract class Optimizer<Options extends RateOptions, Slot extends string = string> {
  /** The parameters, with the options of each group; a step reads them, so they may be changed between steps. */
  readonly groups: readonly ParameterGroup<Options>[];
  /** Schedules set this, and each step reads it: every group's rate is its own `lr` times the factor (1 at first). */
  factor = 1;
  /** How many steps each parameter took: what Adam undoes the bias of its moments by, which are as old as that. */
  readonly #steps: Map<Parameter, number>;
  readonly #rules: Rules<Options>;
  readonly #chunks: readonly Chunk<Slot>[];
  /** The numbers that the kernel reads, a row for each parameter, and what was last written there. Made at the first step. */
  #hyper: Tensor | undefined;
  #written: Float32Array | undefined;
  /** Steps of each parameter that a `GradScaler` skipped, counted on the device. Made when the first may be. */
  #skipped: Tensor | undefined;

  /**
   * @param params the parameters; or groups of them, each with options of its own
   * @param defaults the options that a group does not name
   * @param rules what the options must be
   * @throws ArgumentError when there are no parameters, one is listed twice, or they are on different devices; when an option
   *   is missing, unknown or breaks its rule
   */
  constructor(
    params: Iterable<Parameter> | Iterable<GroupOptions<Options>>,
    defaults: Options,
    rules: Rules<Options>,
  ) {
    this.#rules = rules;
    this.groups = groupsOf(this.constructor.name, params, defaults, rules);
    this.#check();
    this.#checkRates();
    this.#steps = new Map(this.#parameters.map((parameter) => [parameter, 0]));
    for (const parameter of this.#parameters) parameter.claim();
    const rows = new Map(this.#parameters.map((parameter, index) => [parameter, index]));
    this.#chunks = this.#device.unrecorded(() =>
      sideBySide(this.#device, this.#parameters).map((flat) => new Chunk<Slot>(flat, rows)),
    );
  }

  /** Names of the tensors kept for each parameter, all zero before the first step. */
  protected abstract readonly slotNames: readonly Slot[];

  /** The numbers that the kernel reads for a parameter of a group, in its order, for the parameter's step 1, 2, ... at learning rate `lr`. */
  protected abstract hyper(options: Options, lr: number, step: number): Float32Array;

  /**
   * Refuse options of a group that do not go together; each by itself is known to follow its rule.
   * @throws ArgumentError
   */
  protected checkTogether(_options: Options): void {}

  /** Launch the kernel. */
  protected abstract update(update: Update<Slot>): void;

  get #parameters(): readonly Parameter[] {
    return this.groups.flatMap(({ params }) => params);
  }

  get #device(): Device {
    return (this.#parameters[0] as Parameter).device;
  }

  #check(): void {
    const { name: optimizer } = this.constructor;
    const all = this.#parameters;
    if (all.length === 0)
      throw new ArgumentError(optimizer, 'params', 'is empty', 'there are no parameters to update');
    if (new Set(all).size < all.length) {
      throw new ArgumentError(optimizer, 'params', 'lists a parameter twice', 'it would be updated twice');
    }
    if (all.some(({ device }) => device !== this.#device)) {
      throw new ArgumentError(optimizer, 'params', 'are on different devices', 'make an optimizer for each');
    }
  }

  /**
   * Update every parameter that has a gradient; the others, and what is remembered for them, stay as they are. In a recorded
   * program each run is a step of its own: it is counted then, and takes the rates that hold then. A parameter that has a
   * gradient, and belongs neither to an optimizer nor to a module that was asked for its parameters, is warned of.
   * @throws ShapeError when a gradient has another shape than its parameter, ArgumentError when it is not f32, or when an option was
   *   set meanwhile to what it cannot be; nothing is updated
   */
  step(): void {
    // Where steps were skipped before, only the device knows how many this one follows.
    const skipped = this.#skipped;
    this.#step(skipped && { state: neverSkipping.of(this.#device), slot: 0, unscales: false, skipped });
  }

  /**
   * As `step`, for a `GradScaler`, whose own `step` is the one to call: on gradients of a scaled loss, which are divided by the
   * scale on their way into the parameters. Nothing changes in a run in which one of them is not finite.
   * @param unscaled did `unscaleGradients` divide them, and look for those that are not finite?
   */
  scaledStep(scale: LossScaleSlot, unscaled: boolean): void {
    const look = unscaled ? undefined : (gradient: FlatGradient) => findNotFinite(gradient, scale);
    this.#step({ ...scale, unscales: !unscaled, skipped: this.#countSkipped() }, look);
  }

  /** Divide the gradients by a scale, in place, and note whether one of them is not finite: for a `GradScaler`. */
  unscaleGradients(scale: LossScaleSlot): void {
    this.#checkGradients();
    // Each by itself: they are brought together by the step, and once only.
    for (const chunk of this.#chunks) {
      const { elementsOfBlock } = chunk;
      for (const { parameter, start } of chunk.members) {
        const { grad: gradient } = parameter;
        if (gradient) unscaleGradient({ gradient, start, elementsOfBlock }, scale);
      }
    }
  }

  /** Whoever sets a rate by hand, or by a schedule of their own, sets it to a number that can be one, and where a step reads it. */
  #checkRates(): void {
    const { name: optimizer } = this.constructor;
    checkArgument(optimizer, 'factor', this.factor, FACTOR);
    const misplaced = Object.keys(RATE_RULES).find((name) => Object.hasOwn(this, name));
    if (misplaced) {
      const remedy = `a step reads that of groups[0].options.${misplaced}, or of another group's`;
      throw new ArgumentError(optimizer, misplaced, 'is set on the optimizer', remedy);
    }
    for (const group of this.groups) {
      refuseUnknown(optimizer, 'a field of a group', group, { params: true, options: true });
      const { options } = group;
      refuseUnknown(optimizer, 'an option', options, this.#rules);
      for (const name in this.#rules) checkArgument(optimizer, name, options[name], this.#rules[name]);
      this.checkTogether(options);
    }
  }

  /** @param look is called with all gradients before any is used */
  #step(scaled?: ScaledStep, look?: (gradient: FlatGradient) => void): void {
    this.#checkGradients();
    this.#warnOfStrays();
    this.#hyper ??= this.#newHyper();
    const hyper = this.#hyper;
    const updated = this.#parameters.filter(({ grad }) => grad);
    this.#device.onHost(() => {
      this.#checkRates();
      for (const parameter of updated) this.#steps.set(parameter, this.#stepsOf(parameter) + 1);
      this.#writeHyper(hyper);
    });
    // The kernel writes to the flat tensor, which borrows their memory.
    for (const parameter of updated) parameter.wasWritten();
    noGrad(() => {
      const pieces = this.#chunks.flatMap((chunk) => chunk.pieces());
      if (look) {
        for (const { chunk, gradient, start } of pieces)
          look({ gradient, start, elementsOfBlock: chunk.elementsOfBlock });
      }
      for (const { chunk, gradient, start, joined } of pieces) {
        const slots = chunk.slots(this.slotNames);
        const flat = { parameter: chunk.tensor, groupOfBlock: chunk.rowOfBlock, hyper, slots };
        this.update({ ...flat, gradient, start, scaled });
        if (joined) gradient.dispose();
      }
      for (const { params, options } of this.groups) {
        const { maxNorm = 0 } = options;
        if (maxNorm === 0) continue;
        for (const parameter of params) if (parameter.grad) constrainNorms(parameter, maxNorm);
      }
    });
  }

  /** In a flat buffer a gradient that is too long would update somebody else's parameter. */
  #checkGradients(): void {
    const step = `${this.constructor.name}.step`;
    for (const parameter of this.#parameters) {
      if (!parameter.grad) continue;
      checkSameShape(step, parameter.shape, parameter.grad.shape);
      checkDType(step, 'gradient', parameter.grad);
      void parameter.memory; // there is none, and it says so, if the parameter was disposed of
    }
  }

  /** Forget the gradients of all parameters, and give their memory back: the next `backward` begins anew instead of adding. */
  zeroGrad(): void {
    for (const { params } of this.groups) for (const parameter of params) parameter.zeroGrad();
  }

  #warnOfStrays(): void {
    for (const { shape } of strays(this.#device)) {
      process.emitWarning(
        `${this.constructor.name}.step: a parameter ${formatShape(shape)} took part in a loss, but no optimizer was given it and ` +
          'no module was found to have it: it is not trained, saved or switched by eval(). Put layers into public fields, ' +
          'not #private ones, or give the parameter to an optimizer; where it is to stay as it is, set its requiresGrad to false',
        'DawngradWarning',
      );
    }
  }

  #stepsOf(parameter: Parameter): number {
    return this.#steps.get(parameter) as number;
  }

  #rows(): Float32Array[] {
    return this.groups.flatMap(({ params, options }) =>
      params.map((parameter) => this.hyper(options, options.lr * this.factor, this.#stepsOf(parameter))),
    );
  }

  #newHyper(): Tensor {
    const rows = this.#rows();
    const shape = [rows.length, (rows[0] as Float32Array).length];
    return this.#device.unrecorded(() => keep(new Tensor(this.#device, shape)));
  }

  /** Only when a number changed: an upload parts the launches before it from those after it. */
  #writeHyper(hyper: Tensor): void {
    const values = Float32Array.from(this.#rows().flatMap((row) => [...row]));
    if (this.#written?.every((value, index) => value === values[index])) return;
    hyper.write(values);
    this.#written = values;
  }

  #countSkipped(): Tensor {
    this.#skipped ??= this.#device.unrecorded(() => {
      const none = new Uint32Array(this.#parameters.length);
      return keep(fromArray(this.#device, none, [none.length]));
    });
    return this.#skipped;
  }

  /** Views of the slots, a part for each parameter. */
  #namedSlots(): Map<string, Tensor> {
    const names = new Map(this.#parameters.map((parameter, index) => [parameter, index]));
    const parts = this.#chunks.flatMap((chunk) =>
      chunk.members.flatMap((member) =>
        Object.entries<Tensor>(chunk.slots(this.slotNames)).map(
          ([name, slot]) => [`${names.get(member.parameter)}.${name}`, chunk.partOf(slot, member)] as const,
        ),
      ),
    );
    return new Map(parts);
  }

  /** What to save. Steps count where they were taken, not where they were recorded; slots are the live tensors, not copies. */
  stateDict(): OptimizerState<Options> {
    const groups = this.groups.map(({ options }) => ({ ...options }));
    return {
      steps: [...this.#steps.values()],
      ...(this.#skipped && { skipped: this.#skipped }),
      factor: this.factor,
      groups,
      slots: this.#namedSlots(),
    };
  }

  /**
   * Go on exactly where a saved optimizer stopped. The parameters must be in the same groups and order.
   * @throws DawngradError, ShapeError when they are not, ArgumentError when a number is out of range; nothing is loaded then
   */
  loadStateDict(state: OptimizerState<Options>): void {
    const who = `loading the state of ${this.constructor.name}`;
    checkOptions(who, state, {
      steps: required(list(whole(0))),
      skipped: instance(Tensor),
      factor: required(FACTOR),
      groups: required(list(object)),
      slots: required(stateRule),
    });
    const { steps, skipped, factor, groups, slots } = state;
    if (groups.length !== this.groups.length) {
      throw new DawngradError(
        `loading the state of ${this.constructor.name}: it was saved with ${groups.length} parameter groups, ` +
          `this one has ${this.groups.length}`,
      );
    }
    const all = groups.map((options) => withDefaults(who, options, {}, this.#rules));
    this.groups.forEach(({ options }, index) => {
      this.checkTogether({ ...options, ...all[index] });
    });
    checkArgument(who, 'steps', steps, list(whole(0), this.#steps.size));
    if (skipped) checkSameShape(who, [this.#steps.size], skipped.shape);
    assignAll(this.constructor.name, this.#namedSlots(), slots);
    if (skipped) assign(this.#countSkipped(), skipped);
    else this.#skipped?.write(new Uint32Array(this.#steps.size));
    this.groups.forEach(({ options }, index) => {
      Object.assign(options, all[index]);
    });
    this.#parameters.forEach((parameter, index) => {
      this.#steps.set(parameter, steps[index] as number);
    });
    this.factor = factor;
  }
}
