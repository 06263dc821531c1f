/**
 * The rungs that take products of every form. Their kernels are declared alike: five operands, and one block of numbers that
 * says all that a `Product` does (`shaders/products/matmul_specification.wgsl` tells what each number means).
 */
import type { Device } from '../../../gpu/device.js';
import type { Constants } from '../../../gpu/shaders/shader.js';
import { FROM_START, firstTile, piecesOf } from '../../grid.js';
import { defineKernel, type Kernel, launch } from '../../kernel.js';
import type { Epilogue, Product, SlidingWindow } from '../product.js';
import { costOfProduct } from './product-cost.js';
import type { Rung } from './rung.js';

export const bindings = { a: 'read', b: 'read', bias: 'read', mask: 'read', c: 'write' } as const;

export const storage = { StoredA: ['a'], StoredB: ['b'], StoredC: ['mask', 'c'] } as const;

export const params = {
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
  ...firstTile,
} as const;

/** A window over nothing, for products that need none. */
const NO_WINDOW: SlidingWindow = {
  height: 0,
  width: 0,
  originY: 0,
  originX: 0,
  column: { width: 1, y: 0, x: 0 },
  middle: { width: 1, y: 0, x: 0 },
};

/**
 * A step through memory as a u32, sums of which wrap in a shader: a step back is as far forward as comes round to the same place. A
 * step that is longer than memory is one that no product takes, from the only batch there is to the next.
 */
const step = (elements: number): number => elements >>> 0;

/** A product as the block of numbers that the shaders read. */
export function paramsOf(product: Product): Readonly<Record<keyof typeof params, number>> {
  const { batches, rows, columns, outer, middle = 1, inner, group, a, b, c } = product;
  const window = b.window ?? NO_WINDOW;
  return {
    batches,
    rows,
    columns,
    outer,
    middle,
    inner,
    group,
    a_start: a.start ?? 0,
    a_batch: step(a.batch ?? 0),
    a_row: step(a.row),
    a_outer: step(a.outer ?? 0),
    a_middle: step(a.middle ?? 0),
    a_inner: step(a.inner),
    b_start: b.start ?? 0,
    b_batch: step(b.batch ?? 0),
    b_outer: step(b.outer ?? 0),
    b_inner: step(b.inner),
    b_group: step(b.group ?? 0),
    b_column: step(b.column),
    c_start: c.start ?? 0,
    c_batch: step(c.batch ?? 0),
    c_row: step(c.row),
    c_group: step(c.group ?? 0),
    c_column: step(c.column),
    row_sums_start: c.rowSums ?? 0,
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
    ...FROM_START,
  };
}

/** Which of the things that a shader can do a product needs: the others are not compiled. */
export function flagsOf(
  { b, c }: Product,
  { bias, accumulate = false, relu = false, mask }: Epilogue,
): Constants {
  return {
    ...(b.window && { WINDOW: true }), // not all shaders know windows
    ROW_BIAS: bias?.per === 'row',
    COLUMN_BIAS: bias?.per === 'column',
    ACCUMULATE: accumulate,
    RELU: relu,
    MASK: mask !== undefined,
    ...(c.rowSums !== undefined && { ROW_SUMS: true }), // nor these
  };
}

/** What a product and its epilogue want of a shader, by the names of its constants: `WINDOW`, `RELU`, ... */
export const wantedOf = (product: Product, epilogue: Epilogue): string[] =>
  Object.entries(flagsOf(product, epilogue)).flatMap(([flag, wanted]) => (wanted === true ? [flag] : []));

/** A kernel that reads that block of numbers. */
export type GeneralKernel = Kernel<keyof typeof bindings, keyof typeof params, keyof typeof storage>;

/** What of c a workgroup computes: a number of rows at a number of columns, or at one of a number of parts of all columns. */
type TileOf = (
  constants: Constants,
  sizes: Readonly<Record<keyof typeof params, number>>,
) => { readonly rows: number } & ({ readonly columns: number } | { readonly columnTiles: number });

/** Declare the kernel of a shader `products/matmul_<name>.wgsl`, a workgroup of which computes such a tile of c. */
export const defineGeneralKernel = (
  shader: string,
  tile: TileOf,
  order: 'columns first' | 'rows first' = 'columns first',
): GeneralKernel =>
  defineKernel({
    name: shader.replace(/^products\/matmul_(.*)\.wgsl$/, 'matmul.$1'),
    shader,
    entryPoint: 'product',
    bindings,
    storage,
    params,
    grid: (sizes, constants) => {
      const of = tile(constants, sizes);
      const across = 'columns' in of ? Math.ceil(sizes.columns / of.columns) : of.columnTiles;
      const down = Math.ceil(sizes.rows / of.rows);
      const [x, y] = order === 'rows first' ? [down, across] : [across, down];
      return [x, y, sizes.batches];
    },
    cost: (params, bytes, constants) => costOfProduct(params, bytes, constants),
  });

/** A rung whose kernel reads that block. */
export interface GeneralRung extends Rung {
  readonly kernel: GeneralKernel;
  /** What the kernel is specialised with for a product. */
  readonly specialise?: (product: Product, device: Device) => Constants;
  /** Has its shader a constant of this name? Products that ask for others it does not take (default: it has all that it may need). */
  readonly knows?: (constant: string) => boolean;
}

/** A rung of such a kernel; unless it says what it accepts, it computes every product on every device. */
export function generalRung(
  description: Omit<GeneralRung, 'accepts' | 'launch'> & Partial<Pick<GeneralRung, 'accepts'>>,
): GeneralRung {
  const { kernel, constants, specialise, knows, accepts = () => true } = description;
  const flagsFor = (product: Product, epilogue: Epilogue): Constants => {
    const flags = flagsOf(product, epilogue);
    return knows ? Object.fromEntries(Object.entries(flags).filter(([flag]) => knows(flag))) : flags;
  };
  return {
    ...description,
    accepts: knows
      ? (device, product, epilogue) =>
          wantedOf(product, epilogue).every(knows) && accepts(device, product, epilogue)
      : accepts,
    launch: ({ a, b, c }, product, epilogue) => {
      const params = paramsOf(product);
      const all = { ...flagsFor(product, epilogue), ...constants, ...specialise?.(product, c.device) };
      const tensors = { a, b, bias: epilogue.bias?.values, mask: epilogue.mask, c };
      const { maxComputeWorkgroupsPerDimension: most } = c.device.limits;
      for (const piece of piecesOf(kernel.grid(params, all), most)) {
        launch(kernel, tensors, { ...params, ...piece.first }, all, piece);
      }
    },
  };
}
