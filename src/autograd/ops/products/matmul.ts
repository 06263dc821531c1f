import { checkOptions, type Rules } from '../../../errors/check-options.js';
import { boolean } from '../../../errors/rules.js';
import { type MatmulOptions, matrixProduct } from '../../../kernels/products/matrix-product.js';
import type { Tensor } from '../../../tensor/tensor.js';
import { factorsOf, putOnTape } from '../../tape.js';
import { unbroadcast } from '../../unbroadcast.js';

/** What its options must be. */
const OPTIONS: Rules<MatmulOptions> = { transposeA: boolean, transposeB: boolean, exact: boolean };

/**
 * y = op(a) op(b), where op transposes the last two axes if asked. a `[..., M, K]`, b `[..., K, N]` (before transposing),
 * result `[..., M, N]`; either side may be one matrix `[M, K]`, which then multiplies every matrix of the other's batch.
 * @throws ShapeError when inner lengths or batches differ, ArgumentError when an operand is not f32
 */
export function matmul(a: Tensor, b: Tensor, options: MatmulOptions = {}): Tensor {
  checkOptions('matmul', options, OPTIONS);
  const { transposeA = false, transposeB = false } = options;
  const y = matrixProduct(a, b, { transposeA, transposeB });

  // With A = op(a), B = op(b):  dA = dy B',  dB = A' dy,  each transposed back, and summed over a batch it was shared by
  return putOnTape(
    'matmul',
    y,
    [a, b],
    (dy) => [
      a.requiresGrad
        ? unbroadcast(
            transposeA
              ? matrixProduct(b, dy, { transposeA: transposeB, transposeB: true })
              : matrixProduct(dy, b, { transposeB: !transposeB }),
            a.shape,
          )
        : null,
      b.requiresGrad
        ? unbroadcast(
            transposeB
              ? matrixProduct(dy, a, { transposeA: true, transposeB: transposeA })
              : matrixProduct(a, dy, { transposeA: !transposeA }),
            b.shape,
          )
        : null,
    ],
    { reads: factorsOf(a, b) },
  );
}
