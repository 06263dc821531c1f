/** The rung for CPUs that play GPU whose operands are read as texels: `shaders/products/matmul_texels.wgsl`. */
import { MOST_NUMBERS } from '../../../gpu/memory/texels.js';
import type { Constants } from '../../../gpu/shaders/shader.js';
import type { Tensor } from '../../../tensor/tensor.js';
import { cast } from '../../elementwise/cast.js';
import { piecesOf } from '../../grid.js';
import { defineKernel, launch } from '../../kernel.js';
import { packA, packLines, packPixels, planesOf } from '../pack-texels.js';
import type { Product, SlidingWindow } from '../product.js';
import { canBroadcast, lanesOf, tile } from './broadcast.js';
import { bindings, flagsOf, params, paramsOf, storage } from './general-rung.js';
import { costOfProduct } from './product-cost.js';
import type { Rung } from './rung.js';

/** Beside the operands, which the epilogue may look at, copies of a and b. */
export const texelsKernel = defineKernel({
  name: 'matmul.texels',
  shader: 'products/matmul_texels.wgsl',
  entryPoint: 'product',
  bindings: { ...bindings, a_texels: 'texels', b_texels: 'texels' },
  storage,
  params,
  grid: ({ rows, columns, batches }, constants) => {
    const of = tile(constants);
    return [Math.ceil(rows / of.rows), Math.ceil(columns / of.columns), batches];
  },
  cost: (params, bytes, constants) => costOfProduct(params, bytes, constants),
});

/** The rung whose tiles have this many rows, for drivers with subgroups of 8 lanes or more. */
export const texels = (rows: 16 | 32): Rung => ({
  kernel: texelsKernel,
  constants: { ROWS: rows },
  accepts: (device, product) => canBroadcast(device) && readAsTexels(product) !== undefined,
  launch: ({ a, b, c }, product, epilogue) => {
    const how = readAsTexels(product) as ReadAsTexels;
    const { device } = c;
    const constants = { ...flagsOf(product, epilogue), ...how, ROWS: rows, LANES: lanesOf(device) };
    const a_texels = how.A_PACKED ? packA(a, product) : inSingles(a);
    const b_texels = packedB(b, product);
    const tensors = { a, b, bias: epilogue.bias?.values, mask: epilogue.mask, c, a_texels, b_texels };
    const numbers = paramsOf(product);
    for (const piece of piecesOf(
      texelsKernel.grid(numbers, constants),
      device.limits.maxComputeWorkgroupsPerDimension,
    )) {
      launch(texelsKernel, tensors, { ...numbers, ...piece.first }, constants, piece);
    }
    if (a_texels !== a) a_texels.dispose();
    if (b_texels !== b) b_texels.dispose();
  },
});

/** b with four terms, or four columns, side by side. */
function packedB(b: Tensor, product: Product): Tensor {
  const { window } = product.b;
  if (!window) return inSingles(b);
  return window.innerX ? packLines(b, product) : packPixels(b, product);
}

/** What texels are made of. */
const inSingles = (x: Tensor): Tensor => (x.dtype === 'f32' ? x : cast(x, 'f32'));

/** How the kernel finds four numbers in a texel: constants of its shader. */
interface ReadAsTexels extends Constants {
  /** Rows of a are packed first, because four terms are not four neighbours. */
  readonly A_PACKED: boolean;
  /** Four terms of a column lie side by side in b, or else four columns of a term. */
  readonly B_ALONG_TERMS: boolean;
  /** They do so once lines of images are packed. */
  readonly LINES: boolean;
}

const inFours = (...values: readonly (number | undefined)[]): boolean =>
  values.every((value = 0) => value % 4 === 0);

/** How to read a product as texels, or undefined where that cannot be. */
function readAsTexels(product: Product): ReadAsTexels | undefined {
  const { batches, outer, middle = 1, inner, a, b, c } = product;
  const steps = [batches > 1 && a.batch, a.row, outer > 1 && a.outer, middle > 1 && a.middle];
  const aLies = a.inner === 1 && inFours(inner, a.start, ...steps.map((step) => step || 0));
  const canPack = batches === 1 && outer === 1 && c.rowSums === undefined;
  const how = b.window ? throughWindow(product, b.window) : directly(product);
  if (!how || !(aLies || (canPack && !how.LINES))) return undefined;
  // Packed, inner terms are filled up to a multiple of four.
  const fits = Math.max(sizeOfA(product), how.size) * ((inner + 3) / inner) <= MOST_NUMBERS;
  return fits ? { A_PACKED: !aLies, B_ALONG_TERMS: how.B_ALONG_TERMS, LINES: how.LINES } : undefined;
}

/** How to read b, and how many numbers its copy has. */
type HowB = Pick<ReadAsTexels, 'B_ALONG_TERMS' | 'LINES'> & { readonly size: number };

function directly(product: Product): HowB | undefined {
  const { columns, group, inner, b } = product;
  if (!inFours(inner, b.start, b.batch, b.outer, b.group)) return undefined;
  const how = { LINES: false, size: sizeOfB(product) };
  if (b.inner === 1 && inFours(b.column)) return { ...how, B_ALONG_TERMS: true };
  const columnsInFours = b.column === 1 && inFours(b.inner, columns, group);
  return columnsInFours ? { ...how, B_ALONG_TERMS: false } : undefined;
}

/** Images that lie one after the other: packed, each begins where it did. */
function throughWindow(product: Product, window: SlidingWindow): HowB | undefined {
  const { batches, outer, inner, columns, group, b } = product;
  const pixels = window.height * window.width;
  const planes = planesOf(product);
  if (window.innerX) {
    const steps = [b.start, b.batch, b.outer, b.group];
    const whole = b.inner === 0 && steps.every((step = 0) => step % pixels === 0);
    const alongLines = inFours(inner) && window.middle.x === 0 && window.column.x > 0;
    const size = planes * window.column.width * window.height * inner;
    return whole && alongLines ? { B_ALONG_TERMS: true, LINES: true, size } : undefined;
  }
  const dense = b.inner === pixels && (columns <= group || b.group === inner * pixels);
  const alone = batches === 1 && outer === 1 && !b.start;
  const size = Math.ceil(columns / group) * inner * pixels;
  return dense && alone ? { B_ALONG_TERMS: true, LINES: false, size } : undefined;
}

const reach = (...axes: readonly (readonly [count: number, step: number | undefined])[]): number =>
  axes.reduce((sum, [count, step = 0]) => sum + Math.abs((count - 1) * step), 1);

const sizeOfA = ({ batches, rows, outer, middle = 1, inner, a }: Product): number =>
  (a.start ?? 0) +
  reach([batches, a.batch], [rows, a.row], [outer, a.outer], [middle, a.middle], [inner, a.inner]);

const sizeOfB = ({ batches, columns, outer, inner, group, b }: Product): number =>
  (b.start ?? 0) +
  reach(
    [batches, b.batch],
    [outer, b.outer],
    [inner, b.inner],
    [Math.ceil(columns / group), b.group],
    [Math.min(columns, group), b.column],
  );
