import { checkOptions, type Rules } from '../../../errors/check-options.js';
import { boolean } from '../../../errors/rules.js';
import {
  type MatmulOptions,
  matrixProduct,
  summedProduct,
} from '../../../kernels/products/matrix-product.js';
import type { Tensor } from '../../../tensor/tensor.js';
import { factorsOf, putOnTape } from '../../tape.js';

/** What its options must be. */
const OPTIONS: Rules<MatmulOptions> = { transposeA: boolean, transposeB: boolean, exact: boolean };

/**
 * y = op(a) op(b), where op transposes the last two axes if asked. a `[..., M, K]`, b `[..., K, N]` (before transposing),
 * result `[..., M, N]`; either side may be one matrix `[M, K]`, which then multiplies every matrix of the other's batch. Of
 * two of f16 it is f16, else f32.
 * @throws ShapeError when inner lengths or batches differ, ArgumentError when an operand is of integers
 */
export function matmul(a: Tensor, b: Tensor, options: MatmulOptions = {}): Tensor {
  checkOptions('matmul', options, OPTIONS);
  const { transposeA = false, transposeB = false } = options;
  const y = matrixProduct(a, b, { transposeA, transposeB });

  // With A = op(a), B = op(b):  dA = dy B',  dB = A' dy,  each transposed back, and summed over a batch it was shared by
  const backward = (dy: Tensor) => {
    const gradient = ({ rank, dtype }: Tensor, left: Tensor, right: Tensor, options: MatmulOptions) =>
      rank < dy.rank
        ? summedProduct(left, right, options)
        : matrixProduct(left, right, options, {}, undefined, dtype);
    return [
      a.requiresGrad
        ? transposeA
          ? gradient(a, b, dy, { transposeA: transposeB, transposeB: true })
          : gradient(a, dy, b, { transposeB: !transposeB })
        : null,
      b.requiresGrad
        ? transposeB
          ? gradient(b, dy, a, { transposeA: true, transposeB: transposeA })
          : gradient(b, a, dy, { transposeA: !transposeA })
        : null,
    ];
  };
  return putOnTape('matmul', y, [a, b], backward, { reads: factorsOf(a, b) });
}
