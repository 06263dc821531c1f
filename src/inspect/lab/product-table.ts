/** The table of shapes as products: what every kernel of matrix products is held to its specification over. */
import type { Device } from '../../gpu/device.js';
import { type KeyedEpilogue, productKey } from '../../kernels/products/choice/product-key.js';
import { productsOf, type SeenProduct } from '../../kernels/products/choice/seen-products.js';
import { type ConvolutionChoice, conv2d, conv2dInputGradient } from '../../kernels/products/conv2d.js';
import { conv2dParameterGradients } from '../../kernels/products/conv2d-parameter-gradients.js';
import { matrixProduct } from '../../kernels/products/matrix-product.js';
import { windowedSize, windowOf } from '../../tensor/shape.js';
import { Tensor } from '../../tensor/tensor.js';
import { tidy } from '../../tensor/tidy.js';
import type { Wanted } from '../tuning/random-operands.js';
import {
  type ConvolutionCase,
  convolutionCases,
  epilogueCases,
  factorShapes,
  type MatmulCase,
  matmulCases,
} from './shapes.js';
import type { Asked } from './special-operands.js';

/** A product to compute, and what to call it. */
export interface ProductCase extends Wanted, Asked {
  readonly name: string;
  /** Where in memory each operand begins (default 0); sums of rows do not move with c. */
  readonly start?: number;
}

/** Every size in every layout, and every epilogue on odd sizes and on whole fours, with a window and without. */
export function productTable(device: Device): readonly ProductCase[] {
  const plain = matmulCases.flatMap((one) => casesIn(device, one.name, () => void multiply(device, one)));
  const convolutions = convolutionCases.flatMap((one) => convolutionProducts(device, one));
  const withEveryEpilogue = [
    ...ODD.flatMap((one) => withEpilogues(device, one, {})),
    ...IN_FOURS.flatMap((one) => withEpilogues(device, one, { packed: true })),
  ];
  return distinct([
    ...plain,
    ...convolutions,
    ...withEveryEpilogue,
    // Without windows: what lies outside of the image may be left out, or be 0 times an infinity.
    ...withEveryEpilogue.filter(({ product }) => !product.b.window).map(onSpecialOperands),
    ...withEveryEpilogue.map(startingLater),
  ]);
}

const matrices = (rows: number, depth: number, columns: number): MatmulCase => ({
  name: `${rows} x ${depth} times ${depth} x ${columns}`,
  ...{ rows, depth, columns, batchA: null, batchB: null, transposeA: false, transposeB: false },
});

const images = (input: ConvolutionCase['input'], outputs: number): ConvolutionCase => ({
  ...{ name: `3x3 over images ${input.join('x')}`, input, outputs },
  ...{ kernel: [3, 3], padding: [1, 1], stride: [1, 1], dilation: [1, 1] },
});

/** What every epilogue is tried on. */
const ODD = [matrices(19, 5, 67), images([3, 5, 7, 9], 7)] as const;
const IN_FOURS = [matrices(20, 8, 68), images([2, 4, 8, 8], 8)] as const;

function withEpilogues(
  device: Device,
  one: MatmulCase | ConvolutionCase,
  choice: ConvolutionChoice,
): ProductCase[] {
  const [first] = casesIn(device, one.name, () =>
    'rows' in one ? void multiply(device, one) : directions(device, one, choice).output(),
  );
  return Object.entries(epilogueCases).map(([what, epilogue]) => ({
    ...(first as ProductCase),
    ...{ name: `${one.name}, then ${what}`, epilogue },
  }));
}

const onSpecialOperands = (one: ProductCase): ProductCase => ({
  ...one,
  ...{ name: `${one.name}, with NaN and infinities`, special: true },
});

/** Whole fours stay whole fours, for kernels that take no others. */
const startingLater = (one: ProductCase): ProductCase => {
  const start = one.product.columns % 4 === 0 ? 8 : 3;
  return { ...one, name: `${one.name}, from element ${start} on`, start };
};

function multiply(device: Device, one: MatmulCase): Tensor {
  const { a, b } = factorShapes(one);
  return matrixProduct(new Tensor(device, a), new Tensor(device, b), one);
}

/** In three directions; and as kernels that take four numbers at once want it. */
function convolutionProducts(device: Device, one: ConvolutionCase): ProductCase[] {
  return [{ packed: false }, { packed: true }].flatMap((choice) =>
    Object.entries(directions(device, one, choice)).flatMap(([direction, work]) =>
      casesIn(device, `convolution, ${direction}: ${one.name}`, work),
    ),
  );
}

function directions(
  device: Device,
  { input, outputs, kernel, stride, padding, dilation }: ConvolutionCase,
  choice: ConvolutionChoice,
): Readonly<Record<'output' | 'input gradient' | 'weight gradient', () => void>> {
  const window = windowOf('conv2d', { kernelSize: kernel, stride, padding, dilation });
  const [count, channels, ...size] = input;
  const tensor = (...shape: number[]) => new Tensor(device, shape);
  const x = () => tensor(...input);
  const weight = () => tensor(outputs, channels, ...kernel);
  const dy = () => tensor(count, outputs, ...windowedSize('conv2d', size, window));
  return {
    output: () => void conv2d(x(), weight(), null, window, false, choice),
    'input gradient': () => void conv2dInputGradient(dy(), weight(), input, window, undefined, choice),
    'weight gradient': () => void conv2dParameterGradients(dy(), x(), weight().shape, window, true, choice),
  };
}

/** The products that some work asks for. Nothing is computed. */
function casesIn(device: Device, name: string, work: () => void): ProductCase[] {
  const seen = productsOf(device, () => void device.plan(() => tidy(device, work)));
  return seen.map(({ product, stored }: SeenProduct, index) => ({
    name: index === 0 ? name : `${name} (${index + 1})`,
    ...{ product, stored, epilogue: {} as KeyedEpilogue },
  }));
}

/** Without those that are one before them by another name. */
function distinct(cases: readonly ProductCase[]): readonly ProductCase[] {
  const seen = new Set<string>();
  return cases.filter(({ product, epilogue, stored, special, start }) => {
    const key = JSON.stringify([product, epilogue, stored, special, start]);
    return !seen.has(key) && seen.add(key);
  });
}

/** A product's case, by what is in it alone: for products of a model. */
export const caseOf = ({ product, epilogue, stored }: SeenProduct): ProductCase => ({
  name: productKey(product, epilogue, stored),
  ...{ product, epilogue, stored },
});
