/** Every variant of the matrix product: on a square, and on what the convolutions of the network come down to. */
import { variantsFor } from '../../dist/kernels/products/choice/choose-variant.js';
import { LADDER, VARIANTS } from '../../dist/kernels/products/ladder/ladder.js';
import { matrixProduct } from '../../dist/kernels/products/matrix-product.js';
import { sizeOf } from '../../dist/tensor/shape.js';
import { random } from '../inputs.mjs';
import { dimensions } from '../network.mjs';
import { sum } from '../windows.mjs';

const SQUARE = 512;

/**
 * A software driver's slowest variants would take minutes for a whole batch: there, the products of so few images that each takes
 * at most this many multiply-adds, and at least of one.
 */
const MOST_ON_SOFTWARE = 2 ** 28;

/** A layer as the product of its weights [O, C KH KW] and the unfolded images [C KH KW, N OH OW]. */
function productOf(device, { name, weight, output: [batch, rows, ...size] }) {
  const inner = sizeOf(weight.slice(1));
  const positions = sizeOf(size);
  const most = Math.max(1, Math.floor(MOST_ON_SOFTWARE / (rows * inner * positions)));
  const images = device.adapter.software ? Math.min(batch, most) : batch;
  return { name, rows, inner, columns: images * positions };
}

/** As `matrixProduct` asks for it. */
const formOf = ({ rows, inner, columns }) => ({
  ...{ batches: 1, rows, columns, outer: 1, inner, group: columns },
  a: { row: inner, inner: 1 },
  b: { inner: columns, column: 1 },
  c: { row: columns, column: 1 },
});

/** The rungs that are there to be read, where they accept a product, and all that the device may choose for it. */
function variantsOf(device, product) {
  const form = formOf(product);
  const toRead = ({ forReading, accepts }) => forReading && accepts(device, form, {});
  return [...VARIANTS.filter((variant) => toRead(LADDER[variant])), ...variantsFor(device, form)];
}

function caseOf(variant, { name, rows, inner, columns }) {
  return {
    name: `matmul.${variant} ${dimensions([rows, inner, columns])}${name ? ` ${name}` : ''}`,
    work: `matmul ${dimensions([rows, inner, columns])}`,
    inputs: { a: random([rows, inner]), b: random([inner, columns]) },
    operands: (LADDER[variant].precision ?? 'highest') !== 'highest' ? ['a', 'b'] : [],
    launch: ({ a, b }) => ({ c: matrixProduct(a, b, {}, {}, variant) }),
    expected: ({ a, b }) => ({
      c: (i) => {
        const [row, column] = [Math.floor(i / columns), i % columns];
        return sum(inner, (k) => a[row * inner + k] * b[k * columns + column]);
      },
    }),
  };
}

export function matmulCases({ device, network }) {
  const square = { rows: SQUARE, inner: SQUARE, columns: SQUARE };
  const products = [square, ...network.layers.map((layer) => productOf(device, layer))];
  const seen = new Set();
  const distinct = products.filter(({ rows, inner, columns }) => {
    const shape = dimensions([rows, inner, columns]);
    return !seen.has(shape) && seen.add(shape);
  });
  return distinct.flatMap((product) =>
    variantsOf(device, product).map((variant) => caseOf(variant, product)),
  );
}
