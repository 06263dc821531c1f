/** Random operands for a product that was seen somewhere, whose own operands are gone. */
import type { Device } from '../../gpu/device.js';
import type { Epilogue, Product } from '../../kernels/products/product.js';
import { Tensor } from '../../tensor/tensor.js';

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
 * holds too: a variant that rounds its operands must compute what the others do.
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

/** Operands of the sizes that a product touches; dispose of them with `disposeOperands`. */
function operandsOf(
  device: Device,
  product: Product,
  { bias, mask, ...flags }: Epilogue,
  fill: (tensor: Tensor, seed: number) => Tensor,
): Operands {
  const extents = extentsOf(product);
  const tensor = (count: number, seed: number) => fill(new Tensor(device, [count]), seed);
  return {
    a: tensor(extents.a, 1),
    b: tensor(extents.b, 2),
    c: tensor(extents.c, 3),
    epilogue: {
      ...flags,
      ...(bias && {
        bias: { per: bias.per, values: tensor(product[bias.per === 'row' ? 'rows' : 'columns'], 4) },
      }),
      ...(mask && { mask: tensor(extents.c, 5) }),
    },
  };
}

/** Random operands, and in c what a product may add to. */
export const randomOperands = (device: Device, product: Product, epilogue: Epilogue): Operands =>
  operandsOf(device, product, epilogue, (tensor, seed) => tensor.write(numbers(tensor.size, seed)));

/** Operands without values: enough to plan what is launched. */
export const blankOperands = (device: Device, product: Product, epilogue: Epilogue): Operands =>
  operandsOf(device, product, epilogue, (tensor) => tensor);

/** Give the memory of all of them back. */
export function disposeOperands({ a, b, c, epilogue: { bias, mask } }: Operands): void {
  for (const tensor of [a, b, c, bias?.values, mask]) tensor?.dispose();
}
