import type { Device } from '../gpu/device.js';
import { DawngradError } from '../gpu/errors.js';
import type { Constants } from '../gpu/shader.js';
import type { Tensor } from '../tensor/tensor.js';
import { defineKernel, type Kernel, run } from './kernel.js';
import { tunedVariant } from './tuning/tuned-variant.js';

/**
 * One launch computes `batches` products
 *
 *   c[batch][row][column] = sum over (outer, middle, inner) of a[batch][row][outer, middle, inner] * b[batch][outer, inner][column]
 *
 * Strides are in elements; an axis of stride 0 is broadcast. Columns come in groups of `group` columns (a convolution's
 * images), the sum in `outer` times `middle` blocks of `inner` terms. `middle` is for products that read b through a window.
 */
export interface Product {
  readonly batches: number;
  readonly rows: number;
  readonly columns: number;
  readonly outer: number;
  readonly middle?: number;
  readonly inner: number;
  readonly group: number;
  readonly a: { start?: number; batch?: number; row: number; outer?: number; middle?: number; inner: number };
  readonly b: {
    start?: number;
    batch?: number;
    outer?: number;
    inner: number;
    group?: number;
    column: number;
    window?: SlidingWindow;
  };
  readonly c: { start?: number; batch?: number; row: number; group?: number; column: number };
}

/** Steps in y and x; an index i on an axis of width w is at y = floor(i / w) and x = i mod w, before the steps. */
export interface Steps {
  readonly width: number;
  readonly y: number;
  readonly x: number;
}

/**
 * How a product reads images in b through a window, so that none needs to be unfolded: where the element of a column and a
 * term lies in an image of `height` x `width`, outside of which there are zeros. See `shaders/matmul_naive.wgsl`.
 */
export interface SlidingWindow {
  readonly height: number;
  readonly width: number;
  readonly originY: number;
  readonly originX: number;
  readonly column: Steps;
  readonly middle: Steps;
  readonly innerX?: number;
}

/** What happens to a sum before it is stored, in this order: bias, what `c` holds already, ReLU, mask. */
export interface Epilogue {
  /** One value a row (`[rows]`) or a column (`[columns]`). */
  readonly bias?: { readonly values: Tensor; readonly per: 'row' | 'column' };
  readonly accumulate?: boolean;
  readonly relu?: boolean;
  /** Laid out as `c`: where it is not above 0, the sum becomes 0. The gradient of a ReLU whose result this is. */
  readonly mask?: Tensor;
}

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
interface Rung {
  readonly kernel: MatmulKernel;
  /** What the kernel is specialised with, always and for a product. */
  readonly constants?: Constants;
  readonly specialise?: (product: Product) => Constants;
  /** What it needs; without one it runs on any device, and computes any product. */
  readonly runsOn?: (device: Device) => boolean;
  readonly takes?: (product: Product) => boolean;
  /** It rounds its operands, and so must be asked for by name. */
  readonly reduced?: boolean;
}

const define = (
  shader: string,
  tile: (constants: Constants) => { rows: number; columns: number },
  entryPoint = 'product',
) =>
  defineKernel({
    name: shader.replace(/^matmul_(.*)\.wgsl$/, entryPoint === 'product' ? 'matmul.$1' : `${entryPoint}.$1`),
    shader,
    entryPoint,
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
  naive: define('matmul_naive.wgsl', () => ({ rows: 16, columns: 16 })),
  tiled: define('matmul_tiled.wgsl', () => ({ rows: 64, columns: 64 })),
  broadcast: define('matmul_broadcast.wgsl', broadcastTile),
  stacked: define('matmul_broadcast.wgsl', broadcastTile, 'convolve'),
  register: define('matmul_register.wgsl', registerTile),
  vectorised: define('matmul_vectorised.wgsl', registerTile),
  half: define('matmul_half.wgsl', registerTile),
} as const;

/** Subgroups of 8 lanes or more, all of one size. */
const canBroadcast = (device: Device): boolean => {
  const { min, max } = device.adapter.subgroupSize;
  return device.has('subgroups') && min === max && min >= 8;
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
  const { column: cColumn, ...cSteps } = c;
  const multiples = [columns, group, ...Object.values(steps), ...Object.values(cSteps)];
  return !window && column === 1 && cColumn === 1 && multiples.every((value) => value % 4 === 0);
}

/** Tiles of 32, 64 and 128 rows x 128 columns. */
const [LOW, MIDDLE, HIGH] = [4, 8, 16].map((rows) => ({ THREAD_ROWS: rows, THREAD_COLUMNS: 16 }));

const broadcast = { kernel: matmulKernels.broadcast, runsOn: canBroadcast };
const register = { kernel: matmulKernels.register, specialise: fetchDirections };
const vectorised = { kernel: matmulKernels.vectorised, specialise: fetchesTerms, takes: takesFours };

/** The ladder. */
export const LADDER = {
  naive: { kernel: matmulKernels.naive },
  tiled: { kernel: matmulKernels.tiled },
  register32: { ...register, constants: LOW },
  register64: { ...register, constants: MIDDLE },
  register128: { ...register, constants: HIGH },
  vectorised32: { ...vectorised, constants: LOW },
  vectorised64: { ...vectorised, constants: MIDDLE },
  vectorised128: { ...vectorised, constants: HIGH },
  half: {
    kernel: matmulKernels.half,
    constants: MIDDLE,
    specialise: fetchDirections,
    runsOn: (device) => device.has('shader-f16'),
    reduced: true,
  },
  broadcast16: { ...broadcast, constants: { ROWS: 16 } },
  broadcast32: { ...broadcast, constants: { ROWS: 32 } },
  broadcast64: { ...broadcast, constants: { ROWS: 64 } },
} as const satisfies Record<string, Rung>;

export type MatmulVariant = keyof typeof LADDER;

const rungs = Object.entries(LADDER) as [MatmulVariant, Rung][];

/** The variants that this device can run on every product. */
export const matmulVariants = (device: Device): MatmulVariant[] =>
  rungs
    .filter(([, { runsOn, takes, reduced }]) => (runsOn?.(device) ?? true) && !takes && !reduced)
    .map(([variant]) => variant);

/** Those that round their operands, and so are never taken unless asked for by name. */
export const reducedVariants = (device: Device): MatmulVariant[] =>
  rungs
    .filter(([, { runsOn, reduced }]) => (runsOn?.(device) ?? true) && reduced)
    .map(([variant]) => variant);

/** Can this device compute this product by this variant? */
export function fits(variant: MatmulVariant, device: Device, product: Product): boolean {
  const { runsOn, takes }: Rung = LADDER[variant];
  return (runsOn?.(device) ?? true) && (takes?.(product) ?? true);
}

/** The variants by which this device can compute this product, but for those that round its operands. */
export const variantsFor = (device: Device, product: Product): MatmulVariant[] =>
  rungs
    .filter(([variant, { reduced }]) => !reduced && fits(variant, device, product))
    .map(([variant]) => variant);

/** Without measurements: registers and broadcasts for a CPU that plays GPU, tiles in workgroup memory for a GPU. */
function preferredVariant(device: Device, product: Product): MatmulVariant {
  const { rows } = product;
  if (!device.adapter.software) return preferredTile(product);
  if (!canBroadcast(device)) return 'naive';
  return rows % 32 === 0 || rows > 64 ? 'broadcast32' : 'broadcast16';
}

/** So many workgroups keep a large GPU busy: two for each of its 128 processors or so. WebGPU does not tell how many it has. */
const BUSY = 256;

/**
 * Of the register tiles the highest that wastes at most an eighth of its rows, as it reads storage least; but a lower one, or
 * the one whose threads have the least to do, where there would be too few workgroups to keep a GPU busy.
 */
export function preferredTile(product: Product): MatmulVariant {
  const { batches, rows, columns } = product;
  const height = ([128, 64, 32] as const).find((height) => {
    const high = Math.ceil(rows / height);
    const wasted = high * height - rows;
    return (wasted <= rows / 8 || height === 32) && batches * high * Math.ceil(columns / 128) >= BUSY;
  });
  if (!height) return 'tiled';
  return takesFours(product) ? `vectorised${height}` : `register${height}`;
}

/** A window over nothing, for products that need none. */
const NO_WINDOW: SlidingWindow = {
  height: 0,
  width: 0,
  originY: 0,
  originX: 0,
  column: { width: 1, y: 0, x: 0 },
  middle: { width: 1, y: 0, x: 0 },
};

/** Compute a `Product` of `a` and `b` into `c`. */
export function multiplyInto(
  c: Tensor,
  a: Tensor,
  b: Tensor,
  product: Product,
  epilogue: Epilogue = {},
  variant: MatmulVariant = tunedVariant(c.device, product, epilogue, LADDER, matmulVariants) ??
    preferredVariant(c.device, product),
): void {
  const { bias, accumulate = false, relu = false, mask } = epilogue;
  const { a: from, b: by, c: to, middle = 1, ...sizes } = product;
  if (!fits(variant, c.device, product)) {
    throw new DawngradError(
      `matmul: ${variant} cannot compute ${product.rows} x ${product.columns} elements of this layout on ` +
        `${c.device.adapter.name}; take one of ${variantsFor(c.device, product).join(', ')}`,
    );
  }
  const { kernel, constants, specialise }: Rung = LADDER[variant];
  const window = by.window ?? NO_WINDOW;
  run(
    kernel,
    { a, b, bias: bias?.values ?? a, mask: mask ?? b, c }, // an unused binding still needs a buffer, of the same type
    {
      ...sizes,
      middle,
      a_start: from.start ?? 0,
      a_batch: from.batch ?? 0,
      a_row: from.row,
      a_outer: from.outer ?? 0,
      a_middle: from.middle ?? 0,
      a_inner: from.inner,
      b_start: by.start ?? 0,
      b_batch: by.batch ?? 0,
      b_outer: by.outer ?? 0,
      b_inner: by.inner,
      b_group: by.group ?? 0,
      b_column: by.column,
      c_start: to.start ?? 0,
      c_batch: to.batch ?? 0,
      c_row: to.row,
      c_group: to.group ?? 0,
      c_column: to.column,
      height: window.height,
      width: window.width,
      origin_y: window.originY,
      origin_x: window.originX,
      column_width: window.column.width,
      column_y: window.column.y,
      column_x: window.column.x,
      middle_width: window.middle.width,
      middle_y: window.middle.y,
      middle_x: window.middle.x,
      inner_x: window.innerX ?? 0,
    },
    {
      ...(by.window && { WINDOW: true }), // not all know windows
      ROW_BIAS: bias?.per === 'row',
      COLUMN_BIAS: bias?.per === 'column',
      ACCUMULATE: accumulate,
      RELU: relu,
      MASK: mask !== undefined,
      ...constants,
      ...specialise?.(product),
      ...(kernel === matmulKernels.broadcast && { LANES: c.device.adapter.subgroupSize.max }),
    },
  );
}
