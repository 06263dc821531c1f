/**
 * The shapes that every kernel of products is held to: odd sizes, batches of one, edges of tiles, windows of all kinds, and what a
 * layer does next. Plain data, shared by the tests and by the lab, so that no kernel is tried on friendlier shapes than another.
 */
import type { KeyedEpilogue } from '../../kernels/products/choice/product-key.js';
import { type Pair, pair } from '../../tensor/shape.js';

/** One for rows, one for columns. */
type Two = readonly [number, number];

export interface ConvolutionCase {
  readonly name: string;
  /** [N, C, H, W] */
  readonly input: readonly [number, number, number, number];
  readonly outputs: number;
  readonly kernel: Two;
  readonly stride: Two;
  readonly padding: Two;
  readonly dilation: Two;
}

function convolution(
  name: string,
  input: ConvolutionCase['input'],
  outputs: number,
  kernel: Pair,
  options: { stride?: Pair; padding?: Pair; dilation?: Pair } = {},
): ConvolutionCase {
  return {
    name,
    input,
    outputs,
    kernel: pair(kernel),
    stride: pair(options.stride ?? 1),
    padding: pair(options.padding ?? 0),
    dilation: pair(options.dilation ?? 1),
  };
}

export const convolutionCases: readonly ConvolutionCase[] = [
  convolution('one of everything', [1, 1, 1, 1], 1, 1),
  convolution('batch 1, one channel, one map', [1, 1, 5, 5], 1, 3),
  convolution('one channel, several maps', [2, 1, 6, 5], 3, 3, { padding: 1 }),
  convolution('several channels, one map', [2, 3, 6, 5], 1, 3, { padding: 1 }),
  convolution('5x5 padding 2, as NIN', [2, 3, 8, 8], 5, 5, { padding: 2 }),
  convolution('odd sizes', [3, 5, 7, 9], 7, 3, { padding: 1 }),
  convolution('even kernel', [2, 3, 6, 7], 4, 2),
  convolution('1x1', [2, 6, 5, 3], 7, 1),
  convolution('1x1 with stride and padding', [2, 3, 5, 6], 4, 1, { stride: 2, padding: 1 }),
  convolution('stride 2', [2, 3, 9, 8], 4, 3, { stride: 2, padding: 1 }),
  convolution('stride greater than kernel', [2, 3, 11, 10], 4, 2, { stride: 3 }),
  convolution('dilation 2', [2, 2, 9, 9], 3, 3, { dilation: 2, padding: 2 }),
  convolution('dilation 3 by 2 with stride', [1, 2, 11, 12], 3, 3, { dilation: [3, 2], stride: [1, 2] }),
  convolution('tall kernel, everything asymmetric', [2, 3, 9, 7], 4, [4, 2], {
    stride: [2, 1],
    padding: [2, 1],
    dilation: [1, 2],
  }),
  convolution('wide image', [1, 2, 3, 17], 3, [1, 5], { padding: [0, 2] }),
  convolution('kernel as large as the image', [2, 3, 4, 5], 6, [4, 5]),
  convolution('padding wider than the kernel', [1, 2, 3, 3], 2, 2, { stride: 2, padding: 3 }),
  convolution('more than a tile: 70 maps, 130 positions', [1, 4, 10, 13], 70, 3, { padding: 1 }),
  convolution('more than a tile: 1x1, 70 to 66 maps, 2 x 65 positions', [2, 70, 5, 13], 66, 1),
  convolution('whole tiles: 64 maps, 64 positions', [2, 16, 8, 8], 64, 1),
];

export interface MatmulCase {
  readonly name: string;
  /** The batch of each factor; null for a factor without a batch axis. */
  readonly batchA: number | null;
  readonly batchB: number | null;
  readonly rows: number;
  readonly depth: number;
  readonly columns: number;
  readonly transposeA: boolean;
  readonly transposeB: boolean;
}

/** name: batch of a, batch of b, then rows M, depth K, columns N of [M, K] x [K, N]. */
const matmulSizes = {
  '1 x 1 x 1': [null, null, 1, 1, 1],
  'odd primes': [null, null, 7, 13, 11],
  'row by matrix': [null, null, 1, 19, 17],
  'matrix by column': [null, null, 17, 19, 1],
  'outer product': [null, null, 9, 1, 10],
  'a whole tile': [null, null, 64, 64, 64],
  'one more than a tile': [null, null, 65, 65, 65],
  'more than two tiles': [null, null, 130, 33, 70],
  'deep and small': [null, null, 3, 300, 5],
  'batch 3': [3, 3, 5, 6, 7],
  'batch 2, a shared': [null, 2, 5, 6, 66],
  'batch 2, b shared': [2, null, 66, 6, 5],
} as const satisfies Record<string, readonly (number | null)[]>;

const transposes = [
  [false, false, 'a b'],
  [false, true, 'a b^T'],
  [true, false, 'a^T b'],
  [true, true, 'a^T b^T'],
] as const;

/** Every size in all four transposes. */
export const matmulCases: readonly MatmulCase[] = Object.entries(matmulSizes).flatMap(
  ([name, [batchA, batchB, rows, depth, columns]]) =>
    transposes.map(([transposeA, transposeB, product]) => {
      const sizes = { batchA, batchB, rows, depth, columns };
      return { name: `${name}, ${product}`, ...sizes, transposeA, transposeB };
    }),
);

/** The shapes in which a case's factors are stored. */
export function factorShapes(matmul: MatmulCase): { a: number[]; b: number[] } {
  const { batchA, batchB, rows, depth, columns, transposeA, transposeB } = matmul;
  return {
    a: [...(batchA === null ? [] : [batchA]), ...(transposeA ? [depth, rows] : [rows, depth])],
    b: [...(batchB === null ? [] : [batchB]), ...(transposeB ? [columns, depth] : [depth, columns])],
  };
}

/**
 * What a layer does next to a product: nothing, each thing alone, and some together. They happen in this order: bias, what `c`
 * holds already, ReLU, mask.
 */
export const epilogueCases: Readonly<Record<string, KeyedEpilogue>> = {
  nothing: {},
  'a bias to each row': { bias: { per: 'row' } },
  'a bias to each column': { bias: { per: 'column' } },
  'adding to what is there': { accumulate: true },
  ReLU: { relu: true },
  'a mask': { mask: {} },
  'a bias to each row, ReLU': { bias: { per: 'row' }, relu: true },
  'a bias to each column, ReLU': { bias: { per: 'column' }, relu: true },
  'all of these': { bias: { per: 'row' }, accumulate: true, relu: true, mask: {} },
};
