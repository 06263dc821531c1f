/** Random operands for a product that was seen somewhere, whose own operands are gone. */
import type { Device } from '../../gpu/device.js';
import { cast } from '../../kernels/elementwise/cast.js';
import type { KeyedEpilogue } from '../../kernels/products/choice/product-key.js';
import type { SeenProduct } from '../../kernels/products/choice/seen-products.js';
import type { Epilogue, Product } from '../../kernels/products/product.js';
import { zeros } from '../../tensor/create.js';
import { type Shape, sizeOf } from '../../tensor/shape.js';
import { type DType, Tensor } from '../../tensor/tensor.js';

/** What a product is computed from, and where its result goes. */
export interface Operands {
  readonly a: Tensor;
  readonly b: Tensor;
  readonly c: Tensor;
  readonly epilogue: Epilogue;
}

/** The lengths of axes, and their strides. */
type Axes = readonly (readonly [length: number, stride: number | undefined])[];

const axesOfA = ({ batches, rows, outer, middle = 1, inner, a }: Product): Axes => [
  [batches, a.batch],
  [rows, a.row],
  [outer, a.outer],
  [middle, a.middle],
  [inner, a.inner],
];

/** How far the last element lies from the first. */
const spanOf = (axes: Axes): number =>
  axes.reduce((sum, [length, stride = 0]) => sum + (length - 1) * Math.abs(stride), 0);

/** How many elements lie before the one where all indices are 0: strides go backwards where a window is turned around. */
const before = (axes: Axes): number => spanOf(axes.filter(([, stride = 0]) => stride < 0));

/** Elements from the first to the last that a product touches in each operand, with starts left out. */
export function extentsOf(product: Product): { a: number; b: number; c: number } {
  const { batches, rows, columns, outer, inner, group, b, c } = product;
  const groups = Math.ceil(columns / group);
  const within = Math.min(group, columns);
  const image = b.window ? b.window.height * b.window.width : 1;
  const ofC =
    spanOf([
      [batches, c.batch],
      [rows, c.row],
      [groups, c.group],
      [within, c.column],
    ]) + 1;
  return {
    a: spanOf(axesOfA(product)) + 1,
    b:
      spanOf([
        [batches, b.batch],
        [outer, b.outer],
        [inner, b.inner],
        [groups, b.group],
        [within, b.column],
      ]) + image,
    c: c.rowSums === undefined ? ofC : Math.max(ofC, c.rowSums + batches * rows),
  };
}

/** The same product with its operands' first elements first, and sums of rows, if any, behind all else: the last row may end in a quad. */
export function fromStart(product: Product): Product {
  const { a, b } = product;
  const { rowSums, ...c } = { ...product.c, start: 0 };
  const moved = { ...product, a: { ...a, start: before(axesOfA(product)) }, b: { ...b, start: 0 }, c };
  return rowSums === undefined
    ? moved
    : { ...moved, c: { ...c, rowSums: 4 * Math.ceil(extentsOf(moved).c / 4) } };
}

/** A prime, so that strides do not fall into step with the repetition. */
const DISTINCT = 65_537;

/**
 * Numbers in [-1, 1), as good as random and quick to make by the million. They are multiples of 2^-10, which half precision
 * holds too: a variant that rounds its operands must compute what the others do, and operands stored as halves are what they were.
 */
export function numbers(count: number, seed: number): Float32Array {
  const values = new Float32Array(count);
  let state = seed;
  for (let index = 0; index < Math.min(count, DISTINCT); index++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
    values[index] = (state >> 21) / 2 ** 10;
  }
  for (let done = DISTINCT; done < count; done *= 2) values.copyWithin(done, 0, done);
  return values;
}

/** A product that was seen: what operands for it are made after. */
export type Wanted = Pick<SeenProduct, 'product' | 'stored'> & { readonly epilogue: KeyedEpilogue };

type Make = (count: number, dtype: DType, seed: number) => Tensor;

/**
 * Operands of the sizes that a product touches, stored as its own were; dispose of them with `disposeOperands`.
 * @param beyond elements of each behind the last that it touches
 */
function operandsOf(
  { product, epilogue: { bias, mask, ...flags }, stored }: Wanted,
  make: Make,
  beyond = 0,
): Operands {
  const extents = extentsOf(product);
  return {
    a: make(extents.a + beyond, stored.a, 1),
    b: make(extents.b + beyond, stored.b, 2),
    c: make(extents.c + beyond, stored.c, 3),
    epilogue: {
      ...flags,
      ...(bias && {
        bias: { per: bias.per, values: make(product[bias.per === 'row' ? 'rows' : 'columns'], 'f32', 4) },
      }),
      ...(mask && { mask: make(extents.c + beyond, stored.c, 5) }),
    },
  };
}

/** Random operands, and in c what a product may add to; with `beyond` elements of each behind the last that it touches. */
export const randomOperands = (
  device: Device,
  wanted: Wanted,
  beyond = 0,
  make: typeof randomTensor = randomTensor,
): Operands => operandsOf(wanted, (count, dtype, seed) => make(device, [count], dtype, seed), beyond);

/** A tensor of such numbers; of zeros, where it is of integers. */
export function randomTensor(device: Device, shape: Shape, dtype: DType, seed: number): Tensor {
  if (dtype !== 'f32' && dtype !== 'f16') return zeros(device, shape, dtype);
  const singles = new Tensor(device, shape).write(numbers(sizeOf(shape), seed));
  if (dtype !== 'f16') return singles;
  // On the device: the host takes its time to make halves by the million.
  const halves = cast(singles, dtype);
  singles.dispose();
  return halves;
}

/** Another tensor of the same contents. */
export function copyOf(tensor: Tensor): Tensor {
  const copy = new Tensor(tensor.device, tensor.shape, tensor.dtype);
  copyTo(tensor, copy);
  return copy;
}

/** Let another tensor of the same size have the contents of this one. */
export const copyTo = (from: Tensor, to: Tensor): void =>
  from.device.copy(from.memory, to.memory, from.bytes);

/** Operands without values: enough to plan what is launched. */
export const blankOperands = (device: Device, wanted: Wanted): Operands =>
  operandsOf(wanted, (count, dtype) => new Tensor(device, [count], dtype));

/** Give the memory of all of them back. */
export function disposeOperands({ a, b, c, epilogue: { bias, mask } }: Operands): void {
  for (const tensor of [a, b, c, bias?.values, mask]) tensor?.dispose();
}
