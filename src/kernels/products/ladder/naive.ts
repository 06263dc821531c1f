import { MOST_WORKGROUPS } from '../../grid.js';
import { defineKernel, launch } from '../../kernel.js';
import type { Epilogue, Product } from '../product.js';
import type { Rung } from './rung.js';

const kernel = defineKernel({
  name: 'matmul.naive',
  shader: 'products/matmul_naive.wgsl',
  entryPoint: 'product',
  bindings: { a: 'read', b: 'read', c: 'write' },
  storage: { StoredA: ['a'], StoredB: ['b'], StoredC: ['c'] },
  params: { rows: 'u32', columns: 'u32', inner: 'u32' },
  grid: ({ rows, columns }) => [Math.ceil(columns / 16), Math.ceil(rows / 16), 1],
  cost: ({ rows, columns, inner }, { StoredA, StoredB, StoredC }) => ({
    flops: 2 * rows * columns * inner,
    bytes: StoredC * rows * columns + (StoredA * rows + StoredB * columns) * inner,
  }),
});

/** A textbook's product: two matrices and their product, each stored row after row, and nothing else. */
function isPlain({ batches, rows, outer, middle = 1, inner, columns, group, a, b, c }: Product): boolean {
  const oneMatrix = batches === 1 && outer === 1 && middle === 1 && group === columns && !b.window;
  const fromStart = [a, b, c].every(({ start = 0 }) => start === 0);
  const rowAfterRow = a.row === inner && b.inner === columns && c.row === columns;
  const sideBySide = a.inner === 1 && b.column === 1 && c.column === 1;
  const inOneLaunch = Math.max(rows, columns) <= 16 * MOST_WORKGROUPS;
  return oneMatrix && inOneLaunch && fromStart && rowAfterRow && sideBySide && c.rowSums === undefined;
}

const doesMore = ({ bias, accumulate, relu, mask }: Epilogue): boolean =>
  Boolean(bias || accumulate || relu || mask);

/** The first rung: a thread for each element of c, as in a textbook. It takes plain matrices only, and is there to be read. */
export const naive: Rung = {
  kernel,
  forReading: true,
  accepts: (_, product, epilogue) => isPlain(product) && !doesMore(epilogue),
  launch: ({ a, b, c }, { rows, columns, inner }) => launch(kernel, { a, b, c }, { rows, columns, inner }),
};
