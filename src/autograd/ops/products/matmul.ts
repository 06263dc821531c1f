import { checkOptions, type Rules } from '../../../errors/check-options.js';
import { ArgumentError, ShapeError } from '../../../errors/errors.js';
import { boolean } from '../../../errors/rules.js';
import { checkFloats } from '../../../kernels/check.js';
import {
  type MatmulOptions,
  matrixProduct,
  summedProduct,
} from '../../../kernels/products/matrix-product.js';
import { broadcastShape, formatShape, type Shape, sameShape, sizeOf } from '../../../tensor/shape.js';
import type { Tensor } from '../../../tensor/tensor.js';
import { factorsOf, putOnTape } from '../../tape.js';
import { expand } from '../layout/expand.js';
import { reshape } from '../layout/reshape.js';

/** What its options must be. */
const OPTIONS: Rules<MatmulOptions> = { transposeA: boolean, transposeB: boolean, exact: boolean };

/**
 * y = op(a) op(b), where op transposes the last two axes if asked. a `[..., M, K]`, b `[..., K, N]` (before transposing),
 * result `[..., M, N]`; the axes before those broadcast as in NumPy. A vector `[K]` is taken for a row on the left, for a column on the
 * right, and its axis of length 1 is missing in the result: that of two vectors is a number. Of two of f16 it is f16, else f32.
 *
 * A single matrix multiplies all of the other's batch as it is; where both have batches of their own that broadcast, what is repeated
 * is copied before.
 * @throws ShapeError when inner lengths differ or batches do not broadcast, ArgumentError when an operand is of integers, or a vector
 *   is to be transposed
 */
export function matmul(a: Tensor, b: Tensor, options: MatmulOptions = {}): Tensor {
  checkOptions('matmul', options, OPTIONS);
  checkFloats('matmul', 'a', a);
  checkFloats('matmul', 'b', b);
  checkVectors(a, b, options);
  const left = a.rank === 1 ? reshape(a, [1, a.size]) : a;
  const right = b.rank === 1 ? reshape(b, [b.size, 1]) : b;
  const batchOf = ({ shape }: Tensor) => shape.slice(0, -2);
  if (sameShape(batchOf(left), batchOf(right)) && left === a && right === b) return product(a, b, options);
  const batch = broadcastShape('matmul', batchOf(left), batchOf(right));
  const y = product(fitted(left, batch), fitted(right, batch), options);
  const [rows, columns] = y.shape.slice(-2) as [number, number];
  const shape = [...batch, ...(left === a ? [rows] : []), ...(right === b ? [columns] : [])];
  return sameShape(y.shape, shape) ? y : reshape(y, shape);
}

/** An operand as `product` takes it: a single matrix, or a matrix for each of the batch. */
function fitted(x: Tensor, batch: Shape): Tensor {
  const own = x.shape.slice(0, -2);
  const matrix = x.shape.slice(-2);
  if (own.length === 0 || sameShape(own, batch)) return x;
  return sizeOf(own) === 1 ? reshape(x, matrix) : expand(x, [...batch, ...matrix]);
}

/** Refuse vectors that do not fit, in terms of their own shapes. */
function checkVectors(a: Tensor, b: Tensor, { transposeA = false, transposeB = false }: MatmulOptions): void {
  for (const [name, { rank, shape }, option, transposed] of [
    ['a', a, 'transposeA', transposeA],
    ['b', b, 'transposeB', transposeB],
  ] as const) {
    if (rank === 1 && transposed)
      throw new ArgumentError('matmul', option, `is true, and ${name} is a vector ${formatShape(shape)}`);
  }
  if (a.rank === 0 || b.rank === 0 || (a.rank > 1 && b.rank > 1)) return;
  const columns = a.shape.at(a.rank > 1 && transposeA ? -2 : -1);
  const rows = b.shape.at(b.rank > 1 && !transposeB ? -2 : -1);
  if (columns !== rows) {
    const shapes = `a ${formatShape(a.shape)} times b ${formatShape(b.shape)}`;
    throw new ShapeError(
      'matmul',
      `${shapes}; the last axis of a (${columns}) must be as long as the one of b that it meets (${rows})`,
    );
  }
}

/** The same of operands that have one batch, or of which one is a single matrix. */
function product(a: Tensor, b: Tensor, options: MatmulOptions): Tensor {
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
