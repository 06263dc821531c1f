/** Random operands for a product that was seen somewhere, whose own operands are gone. */
import type { Device } from '../../gpu/device.js';
import { cast } from '../../kernels/cast.js';
import type { SeenProduct } from '../../kernels/products/choice/seen-products.js';
import type { Epilogue, Product } from '../../kernels/products/product.js';
import { type DType, Tensor } from '../../tensor/tensor.js';

/** What a product is computed from, and where its result goes. */
export interface Operands {
  readonly a: Tensor;
  readonly b: Tensor;
  readonly c: Tensor;
  readonly epilogue: Epilogue;
}

/** Elements from the first to the last that a product touches in each operand, with starts left out. */
export function extentsOf(product: Product): { a: number; b: number; c: number } {
  const { batches, rows, columns, outer, middle = 1, inner, group, a, b, c } = product;
  const groups = Math.ceil(columns / group);
  const last = (...axes: readonly (readonly [size: number, stride: number | undefined])[]) =>
    axes.reduce((sum, [size, stride = 0]) => sum + (size - 1) * stride, 0);
  const within = Math.min(group, columns);
  const image = b.window ? b.window.height * b.window.width : 1;
  const ofC = last([batches, c.batch], [rows, c.row], [groups, c.group], [within, c.column]) + 1;
  return {
    a: last([batches, a.batch], [rows, a.row], [outer, a.outer], [middle, a.middle], [inner, a.inner]) + 1,
    b:
      last([batches, b.batch], [outer, b.outer], [inner, b.inner], [groups, b.group], [within, b.column]) +
      image,
    c: c.rowSums === undefined ? ofC : Math.max(ofC, c.rowSums + batches * rows),
  };
}

/** The same product with its operands' first elements first, and sums of rows, if any, right behind all else. */
export function fromStart(product: Product): Product {
  const { a, b } = product;
  const { rowSums, ...c } = { ...product.c, start: 0 };
  const moved = { ...product, a: { ...a, start: 0 }, b: { ...b, start: 0 }, c };
  return rowSums === undefined ? moved : { ...moved, c: { ...c, rowSums: extentsOf(moved).c } };
}

/** A prime, so that strides do not fall into step with the repetition. */
const DISTINCT = 65_537;

/**
 * Numbers in [-1, 1), as good as random and quick to make by the million. They are multiples of 2^-10, which half precision
 * holds too: a variant that rounds its operands must compute what the others do, and operands stored as halves are what they were.
 */
function numbers(count: number, seed: number): Float32Array {
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
type Wanted = Pick<SeenProduct, 'product' | 'epilogue' | 'stored'>;

type Make = (count: number, dtype: DType, seed: number) => Tensor;

/** Operands of the sizes that a product touches, stored as its own were; dispose of them with `disposeOperands`. */
function operandsOf({ product, epilogue: { bias, mask, ...flags }, stored }: Wanted, make: Make): Operands {
  const extents = extentsOf(product);
  return {
    a: make(extents.a, stored.a, 1),
    b: make(extents.b, stored.b, 2),
    c: make(extents.c, stored.c, 3),
    epilogue: {
      ...flags,
      ...(bias && {
        bias: { per: bias.per, values: make(product[bias.per === 'row' ? 'rows' : 'columns'], 'f32', 4) },
      }),
      ...(mask && { mask: make(extents.c, stored.c, 5) }),
    },
  };
}

/** Random operands, and in c what a product may add to. */
export const randomOperands = (device: Device, wanted: Wanted): Operands =>
  operandsOf(wanted, (count, dtype, seed) => {
    const singles = new Tensor(device, [count]).write(numbers(count, seed));
    if (dtype !== 'f16') return singles;
    // On the device: the host takes its time to make halves by the million.
    const halves = cast(singles, dtype);
    singles.dispose();
    return halves;
  });

/** Operands without values: enough to plan what is launched. */
export const blankOperands = (device: Device, wanted: Wanted): Operands =>
  operandsOf(wanted, (count, dtype) => new Tensor(device, [count], dtype));

/** Give the memory of all of them back. */
export function disposeOperands({ a, b, c, epilogue: { bias, mask } }: Operands): void {
  for (const tensor of [a, b, c, bias?.values, mask]) tensor?.dispose();
}
