import { SUBGROUP_MATRIX } from '../../gpu/adapter.js';
import type { Device } from '../../gpu/device.js';
import type { Constants } from '../../gpu/shaders/shader.js';
import { defineKernel, type Kernel } from '../kernel.js';
import type { Product } from './product.js';

const bindings = { a: 'read', b: 'read', bias: 'read', mask: 'read', c: 'write' } as const;

const params = {
  batches: 'u32',
  rows: 'u32',
  columns: 'u32',
  outer: 'u32',
  middle: 'u32',
  inner: 'u32',
  group: 'u32',
  a_start: 'u32',
  a_batch: 'u32',
  a_row: 'u32',
  a_outer: 'u32',
  a_middle: 'u32',
  a_inner: 'u32',
  b_start: 'u32',
  b_batch: 'u32',
  b_outer: 'u32',
  b_inner: 'u32',
  b_group: 'u32',
  b_column: 'u32',
  c_start: 'u32',
  c_batch: 'u32',
  c_row: 'u32',
  c_group: 'u32',
  c_column: 'u32',
  row_sums_start: 'u32',
  height: 'u32',
  width: 'u32',
  origin_y: 'i32',
  origin_x: 'i32',
  column_width: 'u32',
  column_y: 'i32',
  column_x: 'i32',
  middle_width: 'u32',
  middle_y: 'i32',
  middle_x: 'i32',
  inner_x: 'i32',
} as const;

type MatmulKernel = Kernel<keyof typeof bindings, keyof typeof params>;

/** A rung of the ladder. */
export interface Rung {
  readonly kernel: MatmulKernel;
  /** What the kernel is specialised with, always and for a product. */
  readonly constants?: Constants;
  readonly specialise?: (product: Product, device: Device) => Constants;
  /** What it needs; without one it runs on any device, and computes any product. */
  readonly runsOn?: (device: Device) => boolean;
  readonly takes?: (product: Product) => boolean;
  /** It rounds its operands, and so must be asked for: by name, or by the device's precision. */
  readonly reduced?: boolean;
}

const define = (shader: string, tile: (constants: Constants) => { rows: number; columns: number }) =>
  defineKernel({
    name: shader.replace(/^products\/matmul_(.*)\.wgsl$/, 'matmul.$1'),
    shader,
    entryPoint: 'product',
    bindings,
    params,
    grid: ({ rows, columns, batches }, constants) => {
      const of = tile(constants);
      return [Math.ceil(columns / of.columns), Math.ceil(rows / of.rows), batches];
    },
    cost: ({ batches, rows, columns, outer, middle, inner }) => ({
      flops: 2 * batches * rows * columns * outer * middle * inner,
      bytes: 4 * batches * (rows * columns + (rows + columns) * outer * middle * inner),
    }),
  });

/** Threads with 8 x 8 sums each. */
const registerTile = ({ THREAD_ROWS, THREAD_COLUMNS }: Constants) => ({
  rows: 8 * Number(THREAD_ROWS),
  columns: 8 * Number(THREAD_COLUMNS),
});

const broadcastTile = ({ ROWS, LANES }: Constants) => ({ rows: Number(ROWS), columns: 4 * Number(LANES) });

/** The shaders, from the specification up. */
export const matmulKernels = {
  specification: define('products/matmul_specification.wgsl', () => ({ rows: 16, columns: 16 })),
  tiled: define('products/matmul_tiled.wgsl', () => ({ rows: 64, columns: 64 })),
  broadcast: define('products/matmul_broadcast.wgsl', broadcastTile),
  stacked: define('products/matmul_stacked.wgsl', broadcastTile),
  register: define('products/matmul_register.wgsl', registerTile),
  vectorised: define('products/matmul_vectorised.wgsl', registerTile),
  subgroupMatrix: define('products/matmul_subgroup_matrix.wgsl', ({ SUBGROUP_ROWS }) => ({
    rows: 32 * Number(SUBGROUP_ROWS),
    columns: 128,
  })),
} as const;

/** Subgroups of 8 lanes or more, all of one size. */
const canBroadcast = (device: Device): boolean => {
  const { min, max } = device.adapter.subgroupSize;
  return device.has('subgroups') && min === max && min >= 8;
};

/** Subgroups of 32 lanes that multiply matrices of 16 x 16 halves, and add up in single precision. */
const multipliesMatrices = (device: Device): boolean => {
  const { subgroupSize, subgroupMatrices } = device.adapter;
  return (
    [SUBGROUP_MATRIX, 'shader-f16' as const].every((feature) => device.has(feature)) &&
    [subgroupSize.min, subgroupSize.max].every((size) => size === 32) &&
    subgroupMatrices.some(
      ({ componentType, resultComponentType, M, N, K }) =>
        componentType === 'f16' && resultComponentType === 'f32' && M === 16 && N === 16 && K === 16,
    )
  );
};

/** Neighbouring threads fetch along the axis whose elements are closer in memory. */
function fetchDirections(product: Product): Constants {
  const { group, b } = product;
  const { window } = b;
  const alongTerms = b.inner + Math.abs(window?.innerX ?? 0);
  const alongColumns = window ? Math.abs(window.column.x) : group > 1 ? b.column : (b.group ?? 0);
  return { ...fetchesTerms(product), B_ALONG_TERMS: alongTerms <= alongColumns };
}

const fetchesTerms = ({ a }: Product): Constants => ({ A_ALONG_TERMS: a.inner <= a.row });

/** Columns that are neighbours in b and in c, and come in fours: what can be read and written as `vec4f`. */
function takesFours({ columns, group, b, c }: Product): boolean {
  const { window, column, ...steps } = b;
  const { column: cColumn, rowSums, ...cSteps } = c;
  const multiples = [columns, group, ...Object.values(steps), ...Object.values(cSteps)];
  const apart = window || rowSums !== undefined;
  return !apart && column === 1 && cColumn === 1 && multiples.every((value) => value % 4 === 0);
}

/** Tiles of 64 and of 128 rows x 128 columns. */
const [TILE_64, TILE_128] = [8, 16].map((rows) => ({ THREAD_ROWS: rows, THREAD_COLUMNS: 16 }));

/** Rows of a product's window. */
const windowRows = ({ middle = 1, b }: Product): number => middle / (b.window?.middle.width ?? 1);

/** Windows of 3 or 5 rows that move and reach by single rows, over images whose rows come in fours. */
function takesStacks(product: Product): boolean {
  const { window } = product.b;
  return (
    window?.column.y === 1 &&
    window.middle.y === 1 &&
    !window.innerX &&
    product.c.rowSums === undefined &&
    [3, 5].includes(windowRows(product)) &&
    (product.group / window.column.width) % 4 === 0
  );
}

const lanes = (_: Product, device: Device): Constants => ({ LANES: device.adapter.subgroupSize.max });

const broadcast = { kernel: matmulKernels.broadcast, runsOn: canBroadcast, specialise: lanes };
const stacked = {
  kernel: matmulKernels.stacked,
  runsOn: canBroadcast,
  takes: takesStacks,
  specialise: (product: Product, device: Device) => ({
    ...lanes(product, device),
    TAPS: windowRows(product),
  }),
};
const register = { kernel: matmulKernels.register, specialise: fetchDirections };
const subgroupMatrix = {
  kernel: matmulKernels.subgroupMatrix,
  specialise: fetchDirections,
  runsOn: multipliesMatrices,
  reduced: true,
};
const vectorised = { kernel: matmulKernels.vectorised, specialise: fetchesTerms, takes: takesFours };

/** The ladder. */
export const LADDER = {
  specification: { kernel: matmulKernels.specification },
  tiled: { kernel: matmulKernels.tiled },
  register64: { ...register, constants: TILE_64 },
  register128: { ...register, constants: TILE_128 },
  vectorised64: { ...vectorised, constants: TILE_64 },
  vectorised128: { ...vectorised, constants: TILE_128 },
  half: { ...register, constants: { ...TILE_64, HALF: true }, reduced: true },
  subgroupMatrix64: { ...subgroupMatrix, constants: { SUBGROUP_ROWS: 2 } },
  subgroupMatrix128: { ...subgroupMatrix, constants: { SUBGROUP_ROWS: 4 } },
  broadcast16: { ...broadcast, constants: { ROWS: 16 } },
  broadcast32: { ...broadcast, constants: { ROWS: 32 } },
  broadcast64: { ...broadcast, constants: { ROWS: 64 } },
  stacked32: { ...stacked, constants: { ROWS: 32 } },
  stacked64: { ...stacked, constants: { ROWS: 64 } },
} as const satisfies Record<string, Rung>;

export type MatmulVariant = keyof typeof LADDER;

const rungs = Object.entries(LADDER) as [MatmulVariant, Rung][];

/** The variants that this device can run on every product, but for those that round its operands. */
export const matmulVariants = (device: Device): MatmulVariant[] =>
  rungs
    .filter(([, { runsOn, takes, reduced }]) => (runsOn?.(device) ?? true) && !takes && !reduced)
    .map(([variant]) => variant);

/** Those that do round them. */
export const reducedVariants = (device: Device): MatmulVariant[] =>
  rungs
    .filter(([, { runsOn, reduced }]) => (runsOn?.(device) ?? true) && reduced)
    .map(([variant]) => variant);

/** Does it round its operands? */
export const isReduced = (variant: MatmulVariant): boolean => (LADDER[variant] as Rung).reduced ?? false;

/** Can this device compute this product by this variant? */
export function fits(variant: MatmulVariant, device: Device, product: Product): boolean {
  const { runsOn, takes }: Rung = LADDER[variant];
  return (runsOn?.(device) ?? true) && (takes?.(product) ?? true);
}

/** May this device take this variant for this product without being told to? */
export const serves = (variant: MatmulVariant, device: Device, product: Product): boolean =>
  (mayRound(device, product) || !isReduced(variant)) && fits(variant, device, product);

const mayRound = (device: Device, { exact = false }: Product): boolean =>
  device.precision === 'half' && !exact;

/** The variants from which this device may choose for this product. */
export const variantsFor = (device: Device, product: Product): MatmulVariant[] =>
  rungs.map(([variant]) => variant).filter((variant) => serves(variant, device, product));

/** Without measurements: registers and broadcasts for a CPU that plays GPU, tiles in workgroup memory for a GPU. */
export function preferredVariant(device: Device, product: Product): MatmulVariant {
  const { rows } = product;
  if (!device.adapter.software) return preferredTile(product, reducedTile(device, product));
  if (!canBroadcast(device)) return 'specification';
  if (takesStacks(product)) return 'stacked32';
  return rows % 32 === 0 || rows > 64 ? 'broadcast32' : 'broadcast16';
}

/** How a GPU makes use of half precision, if it may: by its matrix units where it has any. */
const reducedTile = (device: Device, product: Product): 'subgroupMatrix' | 'half' | undefined => {
  if (!mayRound(device, product)) return undefined;
  return LADDER.subgroupMatrix64.runsOn(device) ? 'subgroupMatrix' : 'half';
};

/** So many workgroups keep a large GPU busy: two for each of its 128 processors or so. WebGPU does not tell how many it has. */
const BUSY = 256;

/**
 * The register tile of 128 rows reads storage least, but not where more than an eighth of its rows would be wasted, nor where
 * there would be too few workgroups to keep a GPU busy: then that of 64 rows, or the tile whose threads have the least to do.
 * Tiles for half precision go by the same rule, so that what is small is exact.
 */
export function preferredTile(product: Product, reduced?: 'subgroupMatrix' | 'half'): MatmulVariant {
  const { batches, rows, columns } = product;
  const height = ([128, 64] as const).find((height) => {
    const high = Math.ceil(rows / height);
    const wasted = high * height - rows;
    return (wasted <= rows / 8 || height === 64) && batches * high * Math.ceil(columns / 128) >= BUSY;
  });
  if (!height) return 'tiled';
  if (reduced === 'half') return 'half';
  if (reduced) return `${reduced}${height}`;
  return takesFours(product) ? `vectorised${height}` : `register${height}`;
}
