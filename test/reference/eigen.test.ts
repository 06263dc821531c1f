import { describe, expect, it } from 'vitest';
import { expectClose } from '../support/close.js';
import { array64 } from './array.js';
import { matrixFunction, symmetricEigen } from './eigen.js';
import { matmul } from './matmul.js';
import { random64 } from './random.js';

describe('symmetricEigen', () => {
  const identity = (n: number) => Array.from({ length: n * n }, (_, i) => (i % (n + 1) === 0 ? 1 : 0));

  it.each([1, 2, 7, 24])('takes a random %i x %i matrix apart and together again', (n) => {
    const x = random64([n + 3, n], n);
    const matrix = matmul(x, x, { transposeA: true });
    const eigen = symmetricEigen(matrix);
    const bound = { relative: 0, absolute: 1e-12 };
    expectClose(matrixFunction(eigen, (value) => value).data, matrix.data, { ...bound, label: 'A' });
    const product = matmul(eigen.vectors, eigen.vectors, { transposeA: true });
    expectClose(product.data, identity(n), { ...bound, label: 'E^T E' });
  });

  it('knows the eigenvalues of a small matrix', () => {
    const { values } = symmetricEigen(array64([2, 2], [2, 1, 1, 2]));
    expect([...values].sort()).toEqual([expect.closeTo(1, 14), expect.closeTo(3, 14)]);
  });
});
