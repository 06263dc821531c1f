import type { Device } from '../../../gpu/device.js';
import type { Precision } from '../../../gpu/precision.js';
import type { Constants } from '../../../gpu/shaders/shader.js';
import type { Tensor } from '../../../tensor/tensor.js';
import type { Kernel } from '../../kernel.js';
import type { Epilogue, Product } from '../product.js';

/** What a product is computed from, and where its result goes. */
export interface Operands {
  readonly a: Tensor;
  readonly b: Tensor;
  readonly c: Tensor;
}

/** A rung of the ladder: one way to compute a product, by one kernel. */
export interface Rung {
  readonly kernel: Pick<Kernel, 'name' | 'shader' | 'entryPoint'>;
  /** What the kernel is specialised with, whatever the product. */
  readonly constants?: Constants;
  /**
   * What operands are rounded to (default `highest`: nothing). A rung that rounds must be asked for: by name, or by the device's
   * precision, which must be this one or a lower one.
   */
  readonly precision?: Precision;
  /** Here to be read: it is launched where a test or a benchmark names it, and never chosen. */
  readonly forReading?: boolean;
  /** Whether this device, with the features that it has, can compute this product, laid out as it is, by this rung. */
  readonly accepts: (device: Device, product: Product, epilogue: Epilogue) => boolean;
  /** Launch the kernel for a product that it accepts. */
  readonly launch: (operands: Operands, product: Product, epilogue: Epilogue) => void;
}
