/** Rungs for GPUs: a workgroup computes a tile of c through memory of its own, and then through ever more registers. */
import type { Constants } from '../../../gpu/shaders/shader.js';
import type { Product } from '../product.js';
import { defineGeneralKernel, type GeneralRung, generalRung } from './general-rung.js';
import { comesInFours, type InFours } from './in-fours.js';

/** A workgroup computes 64 x 64 elements of c through memory of its own. */
export const tiled = generalRung({
  kernel: defineGeneralKernel('products/matmul_tiled.wgsl', () => ({ rows: 64, columns: 64 })),
});

/** Threads with 8 x 8 sums each. */
const registerTile = ({ THREAD_ROWS, THREAD_COLUMNS }: Constants) => ({
  rows: 8 * Number(THREAD_ROWS),
  columns: 8 * Number(THREAD_COLUMNS),
});

/** As many threads as a tile of 64 or 128 rows x 128 columns takes. */
const threadsFor = (rows: 64 | 128) => ({ THREAD_ROWS: rows / 8, THREAD_COLUMNS: 16 });

/** A thread keeps 8 x 8 sums in registers. */
export const registerKernel = defineGeneralKernel('products/matmul_register.wgsl', registerTile);
/** The same, four numbers at a time from and to storage; workgroups go along rows first. */
export const vectorisedKernel = defineGeneralKernel(
  'products/matmul_vectorised.wgsl',
  ({ TILE_ROWS, TILE_COLUMNS }) => ({ rows: Number(TILE_ROWS), columns: Number(TILE_COLUMNS) }),
  'rows first',
);

/** Terms of the summation that it takes at once. */
const SLICE = 16;

/** The rung whose tiles have this many rows, and 128 columns. */
export const register = (rows: 64 | 128): GeneralRung =>
  generalRung({ kernel: registerKernel, constants: threadsFor(rows), specialise: fetchDirections });

/** `register(64)`, but what a workgroup shares is rounded to half precision. */
export const half = generalRung({
  kernel: registerKernel,
  constants: { ...threadsFor(64), HALF: true },
  specialise: fetchDirections,
  precision: 'medium',
});

/** The rung whose tiles have this many rows and columns, for what can be read and written as `vec4f`. */
export const vectorised = (rows: 64 | 96 | 128 | 160, columns: 64 | 128): GeneralRung =>
  generalRung({
    kernel: vectorisedKernel,
    constants: { TILE_ROWS: rows, TILE_COLUMNS: columns },
    specialise: (product) => comesInFours(product, SLICE) as InFours,
    accepts: ({ limits }, product) =>
      limits.maxComputeWorkgroupStorageSize >= 16 * SLICE * ((rows + columns) / 4 + 2) &&
      comesInFours(product, SLICE) !== undefined,
  });

/** Neighbouring threads fetch along the axis whose elements are closer in memory. */
export function fetchDirections(product: Product): Constants {
  const { group, b } = product;
  const { window } = b;
  const alongTerms = b.inner + Math.abs(window?.innerX ?? 0);
  const alongColumns = window ? Math.abs(window.column.x) : group > 1 ? b.column : (b.group ?? 0);
  return { ...fetchDirectionOfA(product), B_ALONG_TERMS: alongTerms <= alongColumns };
}

function fetchDirectionOfA({ a }: Product): Constants {
  return { A_ALONG_TERMS: a.inner <= a.row };
}
