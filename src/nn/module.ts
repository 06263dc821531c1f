import { checkArgument } from '../errors/check-options.js';
import { ArgumentError, OpError } from '../errors/errors.js';
import { boolean, synchronous } from '../errors/rules.js';
import { show } from '../errors/show.js';
import { Tensor } from '../tensor/tensor.js';
import { Parameter } from './parameter.js';
import { assignAll, type State, stateRule } from './state.js';

/** PyTorch's names are in snake case: `runningMean` is saved as `running_mean`. */
const snakeCase = (name: string): string => name.replace(/[A-Z]/g, (capital) => `_${capital.toLowerCase()}`);

/** PyTorch counts the batches that a batch norm saw; it uses the count only where the momentum is unset, which we lack. */
export const isBatchCount = (name: string): boolean => /(^|\.)num_batches_tracked$/.test(name);

/** What is in an array, a Map, a Set or a plain object, by name; nothing in anything else. */
function itemsOf(value: unknown): Iterable<readonly [unknown, unknown]> {
  if (value instanceof Map) return value;
  if (Array.isArray(value) || value instanceof Set) return [...value].entries();
  const isPlain =
    typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
  return isPlain ? Object.entries(value) : [];
}

/** The modules and tensors in a value, by name: itself, or those in what it holds, at any depth. */
function* found(name: string, value: unknown, within: readonly unknown[] = []): Generator<[string, unknown]> {
  if (value instanceof Module || value instanceof Tensor) yield [name, value];
  else if (!within.includes(value)) {
    for (const [key, item] of itemsOf(value)) yield* found(`${name}.${key}`, item, [...within, value]);
  }
}

/** What `attempt` does, for who runs a module's op in its stead. */
export function attemptFor<T>(module: Module, op: () => T): T {
  try {
    return op();
  } catch (error) {
    throw error instanceof OpError ? error.toldBy(`${module}`) : error;
  }
}

/**
 * Something with a `forward` and with state. Parameters, buffers (tensors kept without a gradient) and inner modules are
 * found through the object's own fields, in order of declaration, and named after them, in PyTorch's way:
 * `block1.conv.weight`, `bn.running_mean`. They may be in arrays, Maps and plain objects, at any depth: a field `layers` with an
 * array of modules gives `layers.0.weight`, a field `heads` with `{ cat: ... }` gives `heads.cat.weight`. What is in a private
 * field (`#conv`) nobody can see from outside: it would not be trained, nor saved.
 */
export abstract class Module {
  /** Behave as in training (dropout drops, batch norm takes the batch's statistics)? See `train` and `eval`. */
  training = true;
  /** Stay as in evaluation whatever `train` says: for a batch norm that is to keep its running statistics. */
  frozen = false;
  /** Is `train` about to be told to all below? */
  #switching = false;
  #place: { parent: Module; name: string } | undefined;

  /** @throws ArgumentError for arguments of a layer that takes none: PyTorch's ReLU can work in place, and ours would not */
  constructor(...surplus: readonly never[]) {
    if (surplus.length > 0)
      throw new ArgumentError(new.target.name, 'arguments', `are ${show(surplus)}`, 'it takes none');
  }

  /** What this module makes of x; each says of which shape x must be, and what comes out. */
  abstract forward(x: Tensor): Tensor;

  /** Inner modules by name. */
  children(): ReadonlyMap<string, Module> {
    const children = this.#held().filter((named): named is [string, Module] => named[1] instanceof Module);
    return this.adopt(new Map(children));
  }

  /** The modules and tensors in its fields, by name. */
  #held(): [string, unknown][] {
    return Object.entries(this).flatMap(([field, value]) => [...found(snakeCase(field), value)]);
  }

  /** This module and all below, each once. */
  modules(): Module[] {
    return [...this.#below().keys()];
  }

  /**
   * This module and all below, each once and with its name from here. A module may be found in itself, by a field that names the module
   * around it for instance.
   */
  #below(): Map<Module, string> {
    const below = new Map<Module, string>();
    const visit = (module: Module, name: string) => {
      if (below.has(module)) return;
      below.set(module, name);
      for (const [own, child] of module.children()) visit(child, name ? `${name}.${own}` : own);
    };
    visit(this, '');
    return below;
  }

  /** Is it this module, or around it? */
  #isWithin(other: Module): boolean {
    for (let at: Module | undefined = this; at; at = at.#place?.parent) if (at === other) return true;
    return false;
  }

  /** Tell modules where they are, for error messages. */
  protected adopt<M extends ReadonlyMap<string, Module>>(children: M): M {
    for (const [name, child] of children) if (!this.#isWithin(child)) child.#place ??= { parent: this, name };
    return children;
  }

  /** Where it is in the model, as in `block1.conv`; empty for a model itself. */
  get path(): string {
    if (!this.#place) return '';
    const { parent, name } = this.#place;
    return parent.path ? `${parent.path}.${name}` : name;
  }

  /** `Conv2d "block1.conv"`. */
  toString(): string {
    return this.path ? `${this.constructor.name} "${this.path}"` : this.constructor.name;
  }

  /** Run an op; should it refuse, the error names this module instead of the op: `Conv2d "block1.conv": input has ...`. */
  protected attempt<T>(op: () => T): T {
    return attemptFor(this, op);
  }

  /** Every parameter in this module and below, by name; one that is shared is listed once. */
  namedParameters(): Map<string, Parameter> {
    return this.#tensors((tensor) => tensor instanceof Parameter) as Map<string, Parameter>;
  }

  /** Every tensor that is saved but not learned, by name. */
  namedBuffers(): Map<string, Tensor> {
    return this.#tensors((tensor) => !(tensor instanceof Parameter));
  }

  #tensors(wanted: (tensor: Tensor) => boolean): Map<string, Tensor> {
    const tensors = new Map<string, Tensor>();
    const seen = new Set<Tensor>();
    for (const [module, path] of this.#below()) {
      for (const [name, value] of module.#held()) {
        if (!(value instanceof Tensor) || !wanted(value) || seen.has(value)) continue;
        if (value instanceof Parameter) value.claim();
        seen.add(value);
        tensors.set(path ? `${path}.${name}` : name, value);
      }
    }
    return tensors;
  }

  /** Every parameter in this module and below, in the order of `namedParameters`: what an optimizer is given. */
  parameters(): Parameter[] {
    return [...this.namedParameters().values()];
  }

  /** Switch this module and all below to training or, with `false`, to evaluation. */
  train(training = true): this {
    checkArgument(`${this}.train`, 'training', training, boolean);
    if (this.#switching) return this; // it is found in itself
    this.#switching = true;
    try {
      this.training = training && !this.frozen;
      for (const child of this.children().values()) child.train(training);
    } finally {
      this.#switching = false;
    }
    return this;
  }

  /** Switch this module and all below to evaluation. */
  eval(): this {
    return this.train(false);
  }

  /** Run `work` with this module and all below in evaluation, and leave each in the mode that it was in. */
  evaluating<T>(work: () => T): T {
    checkArgument('evaluating', 'work', work, synchronous);
    const before = this.modules().map((module) => ({ module, training: module.training }));
    this.eval();
    try {
      return work();
    } finally {
      for (const { module, training } of before) module.training = training;
    }
  }

  /** Forget the gradients, and give their memory back. */
  zeroGrad(): void {
    for (const parameter of this.parameters()) parameter.zeroGrad();
  }

  /** Parameters and buffers by name: the live tensors, not copies. Names and layouts are PyTorch's. */
  stateDict(): Map<string, Tensor> {
    return this.#tensors(() => true);
  }

  /**
   * Overwrite parameters and buffers, in place. The names and shapes must be this module's exactly, but for PyTorch's
   * `num_batches_tracked`, which may be there.
   * @throws ShapeError that lists what is missing, unexpected or of another shape; nothing is loaded then
   */
  loadStateDict(state: State): void {
    checkArgument(this.toString(), 'state', state, stateRule);
    const relevant = [...state].filter(([name]) => !isBatchCount(name));
    assignAll(this.toString(), this.stateDict(), new Map(relevant));
  }
}
