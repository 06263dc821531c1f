import { checkArgument } from '../errors/check-options.js';
import { callable, number } from '../errors/rules.js';
import type { Device } from '../gpu/device.js';
import { PerDevice } from '../gpu/device-state.js';
import { type Shape, sizeOf } from '../tensor/shape.js';
import { Tensor } from '../tensor/tensor.js';
import { keep } from '../tensor/tidy.js';
import { type Initialiser, nextDraw } from './init.js';

/** Parameters that lie in one buffer. */
export interface FlatParameters {
  /** Each of them, and from which element of the flat tensor on it lies. */
  readonly members: readonly { readonly parameter: Parameter; readonly start: number }[];
  /** f32 `[S]`: their values and what is between them. */
  readonly tensor: Tensor;
}

/** Parameters that no module was seen to have and no optimizer was given. They are held weakly: they may be garbage. */
const unclaimed = new PerDevice(() => new Set<WeakRef<Parameter>>());

/** What a module learns: a leaf of the tape that `backward` leaves a gradient in. It outlives every `tidy`. */
export class Parameter extends Tensor {
  /** Where an optimizer moved it to, beside others. It stays there, as parts do: whoever moved it counts on it. */
  home: FlatParameters | undefined;
  readonly #reference = new WeakRef(this);

  /**
   * @param init its first values, drawn from this device's seed and the number of parameters made on the device before
   */
  constructor(device: Device, shape: Shape, init: Initialiser) {
    checkArgument('Parameter', 'init', init, callable);
    super(device, shape);
    this.requiresGrad = true;
    keep(this.write(init(shape, nextDraw(device))));
    unclaimed.of(device).add(this.#reference);
  }

  /** Say that a module has it, or an optimizer: it will be trained, or is left out on purpose. See `strays`. */
  claim(): void {
    unclaimed.of(this.device).delete(this.#reference);
  }

  /** Forget the gradient, and give its memory back. */
  zeroGrad(): void {
    this.grad?.dispose();
    this.grad = null;
  }
}

/**
 * The parameters of a device that have a gradient, and so took part in a loss, though they belong to no optimizer and were
 * found in no module: whoever made them believes that they are trained. Each is told of once.
 */
export function strays(device: Device): Parameter[] {
  const references = unclaimed.of(device);
  return [...references].flatMap((reference) => {
    const parameter = reference.deref();
    const isStray = parameter?.requiresGrad === true && parameter.grad !== null;
    if (parameter === undefined || isStray) references.delete(reference);
    return isStray ? [parameter] : [];
  });
}

/** State that a module keeps but does not learn, such as running statistics: saved with it, without a gradient. */
export function stateBuffer(device: Device, shape: Shape, value: number): Tensor {
  checkArgument('stateBuffer', 'value', value, number());
  return keep(new Tensor(device, shape).write(new Float32Array(sizeOf(shape)).fill(value)));
}
