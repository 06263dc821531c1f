import { noGrad } from '../../autograd/tape.js';
import { DawngradError } from '../../gpu/errors.js';
import { filled } from '../../kernels/fill.js';
import { Tensor } from '../../tensor/tensor.js';
import { keep } from '../../tensor/tidy.js';
import type { Parameter } from '../parameter.js';
import { assignAll, type State } from '../state.js';

/** What every optimizer can be told. */
export interface RateOptions {
  /** Learning rate; a schedule multiplies it, see `Optimizer.factor`. */
  lr: number;
  /** Coefficient of the L2 penalty: this much of the parameter is added to its gradient. */
  weightDecay: number;
}

/** Parameters that are updated with the same options. */
export interface ParameterGroup<Options> {
  readonly params: readonly Parameter[];
  readonly options: Options;
}

/** Parameters and the options in which they differ from the rest. */
export type GroupOptions<Options> = { params: Iterable<Parameter> } & Partial<Options>;

/** All that an optimizer must remember for its next step to be the one it would have taken. */
export interface OptimizerState<Options> {
  readonly steps: number;
  readonly factor: number;
  readonly groups: readonly Options[];
  /** `3.velocity`: a slot of the fourth parameter, counted through the groups in order. */
  readonly slots: State;
}

/**
 * Updates parameters from their gradients. A subclass says which tensors it keeps for each parameter, which numbers its
 * kernel reads, and launches that kernel.
 */
export abstract class Optimizer<Options extends RateOptions> {
  readonly groups: readonly ParameterGroup<Options>[];
  /** Schedules set this: every group's rate is its own `lr` times the factor. */
  factor = 1;
  #steps = 0;
  readonly #slots = new Map<Parameter, Record<string, Tensor>>();
  readonly #hyper = new Map<ParameterGroup<Options>, { tensor: Tensor; values: Float32Array }>();

  constructor(params: Iterable<Parameter> | Iterable<GroupOptions<Options>>, defaults: Options) {
    const items = [...params];
    const grouped = items.every((item) => !(item instanceof Tensor));
    const given = grouped ? items : [{ params: items as Parameter[] }];
    this.groups = (given as GroupOptions<Options>[]).map(({ params, ...options }) => ({
      params: [...params],
      options: { ...defaults, ...options },
    }));
    this.#check();
  }

  /** Names of the tensors kept for each parameter, all zero before the first step. */
  protected abstract readonly slotNames: readonly string[];

  /** The numbers that the kernel reads, in its order, for step `step` = 1, 2, ... at learning rate `lr`. */
  protected abstract hyper(options: Options, lr: number, step: number): Float32Array;

  /** Launch the kernel for one parameter. */
  protected abstract update(
    parameter: Parameter,
    gradient: Tensor,
    slots: Record<string, Tensor>,
    hyper: Tensor,
  ): void;

  #check(): void {
    const { name: optimizer } = this.constructor;
    const all = this.groups.flatMap(({ params }) => params);
    if (all.length === 0) throw new DawngradError(`${optimizer}: there are no parameters to update`);
    if (new Set(all).size < all.length) {
      throw new DawngradError(`${optimizer}: a parameter is listed twice; it would be updated twice`);
    }
    for (const { options } of this.groups) {
      for (const [name, value] of Object.entries({ lr: options.lr, weightDecay: options.weightDecay })) {
        if (value >= 0 && Number.isFinite(value)) continue;
        throw new DawngradError(`${optimizer}: ${name} is ${value}, it must be a number of at least 0`);
      }
    }
  }

  /** Update every parameter that has a gradient. */
  step(): void {
    this.prepareStep();
    noGrad(() => {
      for (const group of this.groups) {
        if (group.params.length === 0) continue;
        const { tensor: hyper } = this.#hyper.get(group) as { tensor: Tensor };
        for (const parameter of group.params) {
          if (parameter.grad) this.update(parameter, parameter.grad, this.#slotsOf(parameter), hyper);
        }
      }
    });
  }

  /**
   * The part of a step that is the host's: count it, and write the numbers that changed. A program in which `step` was
   * recorded repeats all the rest; call this before each of its runs but the first.
   */
  prepareStep(): void {
    this.#steps += 1;
    for (const group of this.groups) if (group.params.length > 0) this.#writeHyper(group);
  }

  /** Forget the gradients, and give their memory back. */
  zeroGrad(): void {
    for (const { params } of this.groups) for (const parameter of params) parameter.zeroGrad();
  }

  /** Written only when a number changed: an upload ends the batch of commands being recorded. */
  #writeHyper(group: ParameterGroup<Options>): void {
    const { options, params } = group;
    const values = this.hyper(options, options.lr * this.factor, this.#steps);
    const before = this.#hyper.get(group);
    if (before?.values.every((value, index) => value === values[index])) return;
    const { device } = params[0] as Parameter;
    const tensor = before?.tensor ?? device.unrecorded(() => keep(new Tensor(device, [values.length])));
    this.#hyper.set(group, { tensor: tensor.write(values), values });
  }

  #slotsOf(parameter: Parameter): Record<string, Tensor> {
    let slots = this.#slots.get(parameter);
    if (!slots) {
      const zeros = () => keep(filled(parameter.device, parameter.shape, 0));
      slots = parameter.device.unrecorded(() =>
        Object.fromEntries(this.slotNames.map((name) => [name, zeros()])),
      );
      this.#slots.set(parameter, slots);
    }
    return slots;
  }

  #namedSlots(): Map<string, Tensor> {
    const all = this.groups.flatMap(({ params }) => params);
    return new Map(
      all.flatMap((parameter, index) =>
        Object.entries(this.#slotsOf(parameter)).map(([name, slot]) => [`${index}.${name}`, slot] as const),
      ),
    );
  }

  /** What to save; the slots are the live tensors, not copies. */
  stateDict(): OptimizerState<Options> {
    const groups = this.groups.map(({ options }) => ({ ...options }));
    return { steps: this.#steps, factor: this.factor, groups, slots: this.#namedSlots() };
  }

  /**
   * Go on exactly where a saved optimizer stopped. The parameters must be in the same groups and order.
   * @throws DawngradError, ShapeError when they are not; nothing is loaded then
   */
  loadStateDict({ steps, factor, groups, slots }: OptimizerState<Options>): void {
    if (groups.length !== this.groups.length) {
      throw new DawngradError(
        `loading the state of ${this.constructor.name}: it was saved with ${groups.length} parameter groups, ` +
          `this one has ${this.groups.length}`,
      );
    }
    assignAll(this.constructor.name, this.#namedSlots(), slots);
    this.groups.forEach(({ options }, index) => {
      Object.assign(options, groups[index]);
    });
    this.#steps = steps;
    this.factor = factor;
  }
}
