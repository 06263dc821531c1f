import { type MatmulOptions, matrixProduct } from '../../../kernels/products/matrix-product.js';
import { sumTo } from '../../../kernels/reduce.js';
import type { Tensor } from '../../../tensor/tensor.js';
import { record } from '../../tape.js';

/**
 * y = op(a) op(b), where op transposes the last two axes if asked. a `[..., M, K]`, b `[..., K, N]` (before transposing),
 * result `[..., M, N]`; either side may be one matrix `[M, K]`, which then multiplies every matrix of the other's batch.
 * @throws ShapeError when inner lengths or batches differ
 */
export function matmul(
  a: Tensor,
  b: Tensor,
  { transposeA = false, transposeB = false }: MatmulOptions = {},
): Tensor {
  const y = matrixProduct(a, b, { transposeA, transposeB });

  // With A = op(a), B = op(b):  dA = dy B',  dB = A' dy,  each transposed back, and summed over a batch it was shared by
  return record('matmul', y, [a, b], (dy) => [
    a.requiresGrad
      ? reduced(
          transposeA
            ? matrixProduct(b, dy, { transposeA: transposeB, transposeB: true })
            : matrixProduct(dy, b, { transposeB: !transposeB }),
          a,
        )
      : null,
    b.requiresGrad
      ? reduced(
          transposeB
            ? matrixProduct(dy, a, { transposeA: true, transposeB: transposeA })
            : matrixProduct(a, dy, { transposeA: !transposeA }),
          b,
        )
      : null,
  ]);
}

/** Sum a gradient over the batch that its operand was shared by. */
function reduced(gradient: Tensor, operand: Tensor): Tensor {
  const sum = sumTo(gradient, operand.shape);
  if (sum !== gradient) gradient.dispose();
  return sum;
}
