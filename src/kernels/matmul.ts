import type { Device } from '../gpu/device.js';
import type { Constants } from '../gpu/shader.js';
import type { Tensor } from '../tensor/tensor.js';
import { defineKernel, type Kernel, run } from './kernel.js';

/**
 * One launch computes `batches` products
 *
 *   c[batch][row][column] = sum over (outer, inner) of a[batch][row][outer, inner] * b[batch][outer, inner][column]
 *
 * Strides are in elements; an axis of stride 0 is broadcast. Columns come in groups of `group` (a convolution's images),
 * the summation in `outer` blocks of `inner` terms: see `shaders/matmul_naive.wgsl`.
 */
export interface Product {
  readonly batches: number;
  readonly rows: number;
  readonly columns: number;
  readonly outer: number;
  readonly inner: number;
  readonly group: number;
  readonly a: { start?: number; batch?: number; row: number; outer?: number; inner: number };
  readonly b: {
    start?: number;
    batch?: number;
    outer?: number;
    inner: number;
    group?: number;
    column: number;
  };
  readonly c: { start?: number; batch?: number; row: number; group?: number; column: number };
}

/** What happens to a sum before it is stored: bias, then what `c` holds already, then ReLU. */
export interface Epilogue {
  /** One value a row (`[rows]`) or a column (`[columns]`). */
  readonly bias?: { readonly values: Tensor; readonly per: 'row' | 'column' };
  readonly accumulate?: boolean;
  readonly relu?: boolean;
}

const bindings = { a: 'read', b: 'read', bias: 'read', c: 'write' } as const;

const params = {
  batches: 'u32',
  rows: 'u32',
  columns: 'u32',
  outer: 'u32',
  inner: 'u32',
  group: 'u32',
  a_start: 'u32',
  a_batch: 'u32',
  a_row: 'u32',
  a_outer: 'u32',
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
} as const;

type MatmulKernel = Kernel<keyof typeof bindings, keyof typeof params>;

/** Rows and columns of `c` that one workgroup computes. */
type Tile = (constants: Constants) => { rows: number; columns: number };

const define = (variant: string, shader: string, tile: Tile): MatmulKernel =>
  defineKernel({
    name: `matmul.${variant}`,
    shader,
    entryPoint: 'product',
    bindings,
    params,
    grid: ({ rows, columns, batches }, constants) => {
      const of = tile(constants);
      return [Math.ceil(columns / of.columns), Math.ceil(rows / of.rows), batches];
    },
    cost: ({ batches, rows, columns, outer, inner }) => ({
      flops: 2 * batches * rows * columns * outer * inner,
      bytes: 4 * batches * (rows * columns + (rows + columns) * outer * inner),
    }),
  });

/** The ladder, from the specification up. `broadcast` needs subgroups of 8 lanes or more, all of one size. */
export const matmulKernels = {
  naive: define('naive', 'matmul_naive.wgsl', () => ({ rows: 16, columns: 16 })),
  tiled: define('tiled', 'matmul_tiled.wgsl', () => ({ rows: 64, columns: 64 })),
  broadcast: define('broadcast', 'matmul_broadcast.wgsl', ({ LANES }) => ({
    rows: 16,
    columns: 4 * Number(LANES),
  })),
} as const;

export type MatmulVariant = keyof typeof matmulKernels;

/** The variants that this device can run. */
export function matmulVariants(device: Device): MatmulVariant[] {
  const { min, max } = device.adapter.subgroupSize;
  const broadcasts = device.has('subgroups') && min === max && min >= 8;
  return broadcasts ? ['naive', 'tiled', 'broadcast'] : ['naive', 'tiled'];
}

/** Without measurements: registers and broadcasts for a CPU that plays GPU, workgroup memory for a GPU. */
function preferredVariant(device: Device): MatmulVariant {
  if (!device.adapter.software) return 'tiled';
  return matmulVariants(device).includes('broadcast') ? 'broadcast' : 'naive';
}

/** Compute a `Product` of `a` and `b` into `c`. */
export function multiplyInto(
  c: Tensor,
  a: Tensor,
  b: Tensor,
  product: Product,
  epilogue: Epilogue = {},
  variant: MatmulVariant = preferredVariant(c.device),
): void {
  const { bias, accumulate = false, relu = false } = epilogue;
  const constants: Record<string, number | boolean> = {
    ROW_BIAS: bias?.per === 'row',
    COLUMN_BIAS: bias?.per === 'column',
    ACCUMULATE: accumulate,
    RELU: relu,
  };
  if (variant === 'broadcast') constants.LANES = c.device.adapter.subgroupSize.max;
  const { a: from, b: by, c: to, ...sizes } = product;
  run(
    matmulKernels[variant],
    { a, b, bias: bias?.values ?? a, c }, // an unused binding still needs a buffer
    {
      ...sizes,
      a_start: from.start ?? 0,
      a_batch: from.batch ?? 0,
      a_row: from.row,
      a_outer: from.outer ?? 0,
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
    },
    constants,
  );
}
