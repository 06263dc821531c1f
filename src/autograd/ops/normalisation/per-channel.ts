import { ShapeError } from '../../../errors/errors.js';
import { checkDType } from '../../../kernels/check.js';
import { formatShape } from '../../../tensor/shape.js';
import type { Tensor } from '../../../tensor/tensor.js';

/**
 * Refuse what has not one number, f32, for each channel of x `[N, C, ...]`; null is for none.
 * @throws ShapeError for other shapes, ArgumentError for other types
 */
export function checkPerChannel(
  op: string,
  x: Tensor,
  tensors: Readonly<Record<string, Tensor | null>>,
): void {
  const [, channels] = x.shape;
  for (const [what, tensor] of Object.entries(tensors)) {
    if (tensor === null) continue;
    checkDType(op, what, tensor);
    if (tensor.rank === 1 && tensor.size === channels) continue;
    const wrong = `${what} has shape ${formatShape(tensor.shape)}`;
    throw new ShapeError(op, `${wrong}, x ${formatShape(x.shape)} expects [${channels}]`);
  }
}
