import {
  type MatmulOptions,
  matrixProduct,
  summedProduct,
} from '../../../kernels/products/matrix-product.js';
import type { Tensor } from '../../../tensor/tensor.js';
import { putOnTape } from '../../tape.js';

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
  return putOnTape('matmul', y, [a, b], (dy) => {
    const forShared = ({ rank }: Tensor) => (rank < dy.rank ? summedProduct : matrixProduct);
    return [
      a.requiresGrad
        ? transposeA
          ? forShared(a)(b, dy, { transposeA: transposeB, transposeB: true })
          : forShared(a)(dy, b, { transposeB: !transposeB })
        : null,
      b.requiresGrad
        ? transposeB
          ? forShared(b)(dy, a, { transposeA: true, transposeB: transposeA })
          : forShared(b)(a, dy, { transposeA: !transposeA })
        : null,
    ];
  });
}
