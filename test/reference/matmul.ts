// Matrix product, batched, with either factor read transposed.
//
//   c[b, m, n] = sum_k A[b, m, k] B[b, k, n]        A = a or a^T, B = b or b^T (of the last two axes)
//
// A factor with two axes is shared by the whole batch; its gradient is then the sum over the batch. The gradients come
// from the same loop: each term A B of the sum contributes dC B to dA and dC A to dB.

import { type Array64, array64, zerosLike } from './array.js';

export interface MatmulOptions {
  /** `a` is stored as [..., K, M]. */
  readonly transposeA?: boolean;
  /** `b` is stored as [..., N, K]. */
  readonly transposeB?: boolean;
}

/** The shape of the product: [M, N] where both factors have two axes, otherwise [batch, M, N]. */
function productShape(a: Array64, b: Array64, { transposeA, transposeB }: MatmulOptions): number[] {
  const m = a.shape.at(transposeA ? -1 : -2)!;
  const n = b.shape.at(transposeB ? -2 : -1)!;
  if (a.shape.length === 2 && b.shape.length === 2) return [m, n];
  return [a.shape.length === 3 ? a.shape[0] : b.shape[0], m, n];
}

/** Calls `visit` with the positions of a, b and c in every term of every sum. */
function forEachTerm(
  a: Array64,
  b: Array64,
  options: MatmulOptions,
  visit: (a: number, b: number, c: number) => void,
): void {
  const [rows, columns] = productShape(a, b, options).slice(-2);
  const batch = Math.max(...[a, b].map(({ shape }) => (shape.length === 3 ? shape[0] : 1)));
  const depth = a.shape.at(options.transposeA ? -2 : -1)!;
  for (let i = 0; i < batch; i++) {
    const aStart = a.shape.length === 3 ? i * rows * depth : 0;
    const bStart = b.shape.length === 3 ? i * depth * columns : 0;
    for (let m = 0; m < rows; m++)
      for (let n = 0; n < columns; n++)
        for (let k = 0; k < depth; k++)
          visit(
            aStart + (options.transposeA ? k * rows + m : m * depth + k),
            bStart + (options.transposeB ? n * depth + k : k * columns + n),
            (i * rows + m) * columns + n,
          );
  }
}

export function matmul(a: Array64, b: Array64, options: MatmulOptions = {}): Array64 {
  const product = array64(productShape(a, b, options));
  forEachTerm(a, b, options, (i, j, k) => {
    product.data[k] += a.data[i] * b.data[j];
  });
  return product;
}

export function matmulBackward(dOutput: Array64, a: Array64, b: Array64, options: MatmulOptions = {}) {
  const dA = zerosLike(a);
  const dB = zerosLike(b);
  forEachTerm(a, b, options, (i, j, k) => {
    dA.data[i] += dOutput.data[k] * b.data[j];
    dB.data[j] += dOutput.data[k] * a.data[i];
  });
  return { dA, dB };
}
