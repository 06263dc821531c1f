import type { Device } from '../gpu/device.js';
import type { Constants } from '../gpu/shader.js';
import type { Tensor } from '../tensor/tensor.js';
import { defineKernel, type Kernel, run } from './kernel.js';

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

/** A rung of the ladder: a kernel, what it is specialised with, and the rows and columns of `c` that a workgroup computes. */
interface Rung {
  readonly kernel: MatmulKernel;
  readonly constants?: Constants;
}

const define = (shader: string, tile: (constants: Constants) => { rows: number; columns: number }) =>
  defineKernel({
    name: shader.replace(/^matmul_(.*)\.wgsl$/, 'matmul.$1'),
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

/** The shaders, from the specification up. */
export const matmulKernels = {
  naive: define('matmul_naive.wgsl', () => ({ rows: 16, columns: 16 })),
  tiled: define('matmul_tiled.wgsl', () => ({ rows: 64, columns: 64 })),
  broadcast: define('matmul_broadcast.wgsl', ({ ROWS, LANES }) => ({
    rows: Number(ROWS),
    columns: 4 * Number(LANES),
  })),
} as const;

/** The ladder. `broadcast` needs subgroups of 8 lanes or more, all of one size. */
const LADDER = {
  naive: { kernel: matmulKernels.naive },
  tiled: { kernel: matmulKernels.tiled },
  broadcast16: { kernel: matmulKernels.broadcast, constants: { ROWS: 16 } },
  broadcast32: { kernel: matmulKernels.broadcast, constants: { ROWS: 32 } },
} as const satisfies Record<string, Rung>;

export type MatmulVariant = keyof typeof LADDER;

const canBroadcast = (device: Device): boolean => {
  const { min, max } = device.adapter.subgroupSize;
  return device.has('subgroups') && min === max && min >= 8;
};

/** The variants that this device can run. */
export function matmulVariants(device: Device): MatmulVariant[] {
  const all = Object.keys(LADDER) as MatmulVariant[];
  return all.filter((variant) => LADDER[variant].kernel !== matmulKernels.broadcast || canBroadcast(device));
}

/** Without measurements: registers and broadcasts for a CPU that plays GPU, workgroup memory for a GPU. */
function preferredVariant(device: Device, { rows }: Product): MatmulVariant {
  if (!device.adapter.software) return 'tiled';
  if (!canBroadcast(device)) return 'naive';
  return rows % 32 === 0 || rows > 64 ? 'broadcast32' : 'broadcast16';
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
  variant: MatmulVariant = preferredVariant(c.device, product),
): void {
  const { bias, accumulate = false, relu = false, mask } = epilogue;
  const { a: from, b: by, c: to, middle = 1, ...sizes } = product;
  const { kernel, constants }: Rung = LADDER[variant];
  const window = by.window ?? NO_WINDOW;
  run(
    kernel,
    { a, b, bias: bias?.values ?? a, mask: mask ?? a, c }, // an unused binding still needs a buffer
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
      WINDOW: by.window !== undefined,
      ROW_BIAS: bias?.per === 'row',
      COLUMN_BIAS: bias?.per === 'column',
      ACCUMULATE: accumulate,
      RELU: relu,
      MASK: mask !== undefined,
      ...constants,
      ...(kernel === matmulKernels.broadcast && { LANES: c.device.adapter.subgroupSize.max }),
    },
  );
}
