import { noGrad } from '../../autograd/tape.js';
import { ArgumentError, DawngradError } from '../../errors/errors.js';
import type { Device } from '../../gpu/device.js';
import { checkDType } from '../../kernels/check.js';
import { filled } from '../../kernels/fill.js';
import type { FlatTensors } from '../../kernels/optimizers/flat-parameters.js';
import { fromArray } from '../../tensor/create.js';
import { BLOCK, blocksOf } from '../../tensor/flat.js';
import { checkSameShape } from '../../tensor/shape.js';
import { Tensor } from '../../tensor/tensor.js';
import { keep } from '../../tensor/tidy.js';
import type { FlatParameters, Parameter } from '../parameter.js';
import { assignAll, type State } from '../state.js';
import { joinedGradient, sideBySide } from './side-by-side.js';

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

/** What the kernel of an optimizer works on, and from which element on: see `flat-parameters.ts` of the kernels. */
export interface Update<Slot extends string> extends FlatTensors {
  /** What is remembered, each laid out as the parameters. */
  readonly slots: Readonly<Record<Slot, Tensor>>;
  readonly start: number;
}

/** Parameters in one buffer, and what belongs to them: one launch can update all of it. */
interface Chunk<Slot extends string> extends FlatParameters {
  readonly groupOfBlock: Tensor;
  /** Made when they are first needed. */
  slots?: Record<Slot, Tensor>;
}

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
  #steps = 0;
  readonly #chunks: readonly Chunk<Slot>[];
  /** The numbers that the kernel reads, a row for each group, and what was last written there. Made at the first step. */
  #hyper: Tensor | undefined;
  #written: Float32Array | undefined;

  /**
   * @param params the parameters; or groups of them, each with options of its own
   * @param defaults the options that a group does not name
   * @throws ArgumentError when there are no parameters, one is listed twice, or they are on different devices; when `lr` or
   *   `weightDecay` is negative or not finite
   */
  constructor(params: Iterable<Parameter> | Iterable<GroupOptions<Options>>, defaults: Options) {
    const items = [...params];
    const grouped = items.every((item) => !(item instanceof Tensor));
    const given = grouped ? items : [{ params: items as Parameter[] }];
    this.groups = (given as GroupOptions<Options>[]).map(({ params, ...options }) => ({
      params: [...params],
      options: { ...defaults, ...options },
    }));
    this.#check();
    this.#chunks = this.#device.unrecorded(() =>
      sideBySide(this.#device, this.#parameters).map((flat) => ({
        ...flat,
        groupOfBlock: this.#groupOfBlock(flat),
      })),
    );
  }

  /** Names of the tensors kept for each parameter, all zero before the first step. */
  protected abstract readonly slotNames: readonly Slot[];

  /** The numbers that the kernel reads for a group, in its order, for step `step` = 1, 2, ... at learning rate `lr`. */
  protected abstract hyper(options: Options, lr: number, step: number): Float32Array;

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
    for (const { options } of this.groups) {
      for (const [name, value] of Object.entries({ lr: options.lr, weightDecay: options.weightDecay })) {
        if (value >= 0 && Number.isFinite(value)) continue;
        throw new ArgumentError(optimizer, name, `is ${value}`, 'it must be a number of at least 0');
      }
    }
  }

  /**
   * Update every parameter that has a gradient; the others, and what is remembered for them, stay as they are. In a recorded
   * program each run is a step of its own: it is counted then, and takes the rates that hold then.
   * @throws ShapeError when a gradient has another shape than its parameter, ArgumentError when it is not f32; nothing is updated
   */
  step(): void {
    this.#checkGradients();
    this.#hyper ??= this.#newHyper();
    const hyper = this.#hyper;
    this.#device.onHost(() => {
      this.#steps += 1;
      this.#writeHyper(hyper);
    });
    noGrad(() => {
      for (const chunk of this.#chunks) {
        const { tensor: parameter, groupOfBlock, members } = chunk;
        const flat = { parameter, groupOfBlock, hyper, slots: this.#slotsOf(chunk) };
        const all = joinedGradient(chunk);
        if (all) {
          this.update({ ...flat, gradient: all, start: 0 });
          all.dispose();
          continue;
        }
        for (const { parameter, start } of members) {
          if (parameter.grad) this.update({ ...flat, gradient: parameter.grad, start });
        }
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

  #rows(step: number): Float32Array[] {
    return this.groups.map(({ options }) => this.hyper(options, options.lr * this.factor, step));
  }

  #newHyper(): Tensor {
    const rows = this.#rows(1);
    const shape = [rows.length, (rows[0] as Float32Array).length];
    return this.#device.unrecorded(() => keep(new Tensor(this.#device, shape)));
  }

  /** Only when a number changed: an upload parts the launches before it from those after it. */
  #writeHyper(hyper: Tensor): void {
    const values = Float32Array.from(this.#rows(this.#steps).flatMap((row) => [...row]));
    if (this.#written?.every((value, index) => value === values[index])) return;
    hyper.write(values);
    this.#written = values;
  }

  #groupOfBlock({ members, tensor }: FlatParameters): Tensor {
    const groups = new Uint32Array(blocksOf(tensor.size));
    for (const { parameter, start } of members) {
      const group = this.groups.findIndex(({ params }) => params.includes(parameter));
      groups.fill(group, start / BLOCK, start / BLOCK + blocksOf(parameter.size));
    }
    return keep(fromArray(this.#device, groups, [groups.length]));
  }

  #slotsOf(chunk: Chunk<Slot>): Record<Slot, Tensor> {
    chunk.slots ??= this.#device.unrecorded(() => {
      const zeros = () => keep(filled(this.#device, chunk.tensor.shape, 0));
      return Object.fromEntries(this.slotNames.map((name) => [name, zeros()])) as Record<Slot, Tensor>;
    });
    return chunk.slots;
  }

  /** Views of the slots, a part for each parameter. */
  #namedSlots(): Map<string, Tensor> {
    const names = new Map(this.#parameters.map((parameter, index) => [parameter, index]));
    const parts = this.#chunks.flatMap((chunk) =>
      chunk.members.flatMap(({ parameter, start }) =>
        Object.entries<Tensor>(this.#slotsOf(chunk)).map(([name, slot]) => {
          const part = chunk.members.length === 1 ? slot : keep(slot.part(start, parameter.shape));
          return [`${names.get(parameter)}.${name}`, part] as const;
        }),
      ),
    );
    return new Map(parts);
  }

  /** What to save. Steps count where they were taken, not where they were recorded; slots are the live tensors, not copies. */
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
