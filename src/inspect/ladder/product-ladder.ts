/** The ladder of the matrix product: the rungs that each add an idea, without those that differ in the size of a tile. */
import type { Device } from '../../gpu/device.js';
import { IDEAS } from '../../kernels/products/ladder/ideas.js';
import { LADDER, type MatmulVariant } from '../../kernels/products/ladder/ladder.js';
import { matrixProduct } from '../../kernels/products/matrix-product.js';
import type { Product } from '../../kernels/products/product.js';
import { randomInput, sumLimit } from './inputs.js';
import type { Ladder, Step } from './ladder.js';

const RUNGS: readonly MatmulVariant[] = [
  'naive',
  'specification',
  'tiled',
  'register64',
  'vectorised64',
  'half',
  'matrixUnits64',
  'splitUnits64',
  'broadcast16',
  'broadcast32',
  'broadcast64',
  'texels32',
];

/** Rows, columns and terms: enough to keep a large GPU busy, and few enough for a CPU that plays one. */
const sizeFor = ({ adapter }: Device): number => (adapter.software ? 512 : 2048);

/** c = a b, of square matrices. */
export function productLadder(device: Device, size: number = sizeFor(device)): Ladder {
  const [a, b] = [1, 2].map((stream) => randomInput(device, [size, size], stream));
  const product: Product = {
    ...{ batches: 1, rows: size, columns: size, outer: 1, inner: size, group: size },
    a: { row: size, inner: 1 },
    b: { inner: size, column: 1 },
    c: { row: size, column: 1 },
  };
  const stepOf = (variant: MatmulVariant): Step => ({
    name: variant,
    ...IDEAS[variant],
    work: () => matrixProduct(a!, b!, {}, {}, variant),
    refused: LADDER[variant].accepts(device, product, {}) ? undefined : 'not on this adapter',
  });
  return {
    name: 'matmul',
    work: `the product of two matrices of ${size} x ${size}`,
    flops: 2 * size ** 3,
    bytes: 12 * size ** 2,
    limit: sumLimit(size),
    steps: RUNGS.map(stepOf),
  };
}
