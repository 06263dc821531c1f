import type { Device } from '../gpu/device.js';
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

/** What a module learns: a leaf of the tape that `backward` leaves a gradient in. It outlives every `tidy`. */
export class Parameter extends Tensor {
  /** Where an optimizer moved it to, beside others. It stays there, as parts do: whoever moved it counts on it. */
  home: FlatParameters | undefined;

  /**
   * @param init its first values, drawn from this device's seed and the number of parameters made on the device before
   */
  constructor(device: Device, shape: Shape, init: Initialiser) {
    super(device, shape);
    this.requiresGrad = true;
    keep(this.write(init(shape, nextDraw(device))));
  }

  /** Forget the gradient, and give its memory back. */
  zeroGrad(): void {
    this.grad?.dispose();
    this.grad = null;
  }
}

/** State that a module keeps but does not learn, such as running statistics: saved with it, without a gradient. */
export function stateBuffer(device: Device, shape: Shape, value: number): Tensor {
  return keep(new Tensor(device, shape).write(new Float32Array(sizeOf(shape)).fill(value)));
}
