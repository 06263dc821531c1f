/** Holds a kernel of matrix products to the specification, over a table of shapes: every element of every result. */
import type { Device } from '../../gpu/device.js';
import type { Rung } from '../../kernels/products/ladder/rung.js';
import { specification } from '../../kernels/products/ladder/specification.js';
import type { Product, Stored } from '../../kernels/products/product.js';
import { disposeOperands, extentsOf, fromStart, randomOperands } from '../tuning/random-operands.js';
import { roundingLimit } from '../tuning/rounding-limit.js';
import { BEYOND, bothWrite } from './both-write.js';
import { compare, type WrongElement } from './compare.js';
import { elementAt, placesOf, shapeOf } from './product-elements.js';
import { type ProductCase, productTable } from './product-table.js';
import { makerFor } from './special-operands.js';

/** A kernel that is held to the specification. */
export interface Candidate extends Pick<Rung, 'accepts' | 'launch' | 'precision'> {
  /** Whether it takes operands that are stored so (default: always). */
  readonly stores?: (stored: Stored) => boolean;
}

/** How a kernel fared on a case of the table. */
export interface CheckedCase {
  readonly name: string;
  /** What is computed: `3x67 of 5 terms`. */
  readonly shape: string;
  /** `refused`: the kernel says that it does not compute such products. */
  readonly state: 'right' | 'wrong' | 'refused';
  /** The largest difference as a share of what rounding explains. */
  readonly worst: number;
  /** The first wrong element: as people call it, `row 3, column 66`, and what is wrong. */
  readonly error?: WrongElement & { readonly element: string };
}

/**
 * Check a kernel.
 *
 *     for await (const { name, state, error } of checkRung(device, LADDER.tiled)) if (error) console.log(name, error.element);
 *
 * @param table what to check it over (default: all of the table of shapes, with windows and epilogues)
 */
export async function* checkRung(
  device: Device,
  candidate: Candidate,
  table: Iterable<ProductCase> = productTable(device),
): AsyncGenerator<CheckedCase> {
  for (const one of table) yield await checkProduct(device, candidate, one);
}

/** Check a kernel on one product. */
export async function checkProduct(
  device: Device,
  candidate: Candidate,
  asked: ProductCase,
): Promise<CheckedCase> {
  const one = { ...asked, product: startingAt(asked.start ?? 0, fromStart(asked.product)) };
  const about = { name: one.name, shape: shapeOf(one.product) };
  const operands = randomOperands(device, one, BEYOND, makerFor(one));
  const { c, epilogue } = operands;
  try {
    const { stores = () => true, accepts } = candidate;
    if (!stores(one.stored) || !accepts(device, one.product, epilogue)) {
      return { ...about, state: 'refused', worst: 0 };
    }
    const by = (rung: Candidate) => () => void rung.launch(operands, one.product, epilogue);
    const { expected, got } = await bothWrite([c], by(specification), by(candidate));
    const limit = roundingLimit(one, candidate);
    const { worst, error } = compare(expected[0]!, got[0]!, limit, comparedIn(one.product));
    if (!error) return { ...about, state: 'right', worst };
    return {
      ...about,
      state: 'wrong',
      worst,
      error: { ...error, element: elementAt(one.product, error.position) },
    };
  } finally {
    disposeOperands(operands);
  }
}

/** The same product with its operands' first elements later by as much: less than the strip behind them. */
const startingAt = (start: number, product: Product): Product => ({
  ...product,
  a: { ...product.a, start: (product.a.start ?? 0) + start },
  b: { ...product.b, start: (product.b.start ?? 0) + start },
  c: { ...product.c, start: (product.c.start ?? 0) + start },
});

/**
 * All of c must be as the specification leaves it, and so must the strip behind it; but where rows lie apart, kernels may write into
 * the gaps, and to the end of the last quad.
 */
function* comparedIn(product: Product): Iterable<number> {
  const { batches, rows, columns, c } = product;
  const { start = 0, rowSums } = c;
  const end = start + extentsOf(product).c;
  const elements = batches * rows * (columns + (rowSums === undefined ? 0 : 1));
  const gaps = start + elements < end;
  yield* placesOf(product);
  for (let place = 0; place < start; place++) yield place;
  for (let place = gaps ? 4 * Math.ceil(end / 4) : end; place < end - start + BEYOND; place++) yield place;
}
