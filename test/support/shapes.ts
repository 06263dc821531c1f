/**
 * The table of shapes: one list of named cases per kind of operation, shared by all tests of that kind, so that no op is
 * tested on friendlier shapes than another.
 */
import { convolutionCases } from '../../src/inspect/lab/shapes.js';
import type { Pair } from '../reference/array.js';

export {
  type ConvolutionCase,
  convolutionCases,
  factorShapes,
  type MatmulCase,
  matmulCases,
} from '../../src/inspect/lab/shapes.js';

/** [n, n], unless a pair is given. */
const pair = (value: number | Pair): Pair => (typeof value === 'number' ? [value, value] : value);

/** The cases that the fused 1x1 convolution takes: kernel 1, stride 1, no padding. */
export const pointwiseCases = convolutionCases.filter(
  ({ kernel, stride, padding }) =>
    [...kernel, ...stride].every((n) => n === 1) && padding.every((n) => n === 0),
);

/** Those that a locally connected layer takes: it has no dilation. Without the largest, whose weights are many. */
export const localConvolutionCases = convolutionCases.filter(
  ({ outputs, dilation }) => dilation.every((n) => n === 1) && outputs < 64,
);

export interface PoolCase {
  readonly name: string;
  /** [N, C, H, W] */
  readonly input: readonly [number, number, number, number];
  readonly kernel: Pair;
  readonly stride: Pair;
  readonly padding: Pair;
  readonly ceilMode: boolean;
}

function pool(
  name: string,
  input: PoolCase['input'],
  kernel: number | Pair,
  stride: number | Pair,
  options: { padding?: number | Pair; ceilMode?: boolean } = {},
): PoolCase {
  return {
    name,
    input,
    kernel: pair(kernel),
    stride: pair(stride),
    padding: pair(options.padding ?? 0),
    ceilMode: options.ceilMode ?? false,
  };
}

export const poolCases: readonly PoolCase[] = [
  pool('one of everything', [1, 1, 1, 1], 1, 1),
  pool('NIN: 3x3 stride 2 ceil, 32 to 16', [1, 2, 32, 32], 3, 2, { ceilMode: true }),
  pool('NIN: 3x3 stride 2 ceil, 7 to 3', [2, 3, 7, 7], 3, 2, { ceilMode: true }),
  pool('3x3 stride 2 floor on even sizes', [2, 3, 8, 10], 3, 2),
  pool('2x2 stride 2 on odd sizes', [2, 1, 5, 7], 2, 2),
  pool('stride greater than kernel', [2, 2, 11, 9], 2, 3),
  pool('stride greater than kernel, ceil', [2, 2, 11, 9], 2, 3, { ceilMode: true }),
  pool('windows that overlap at every step', [1, 2, 6, 5], 3, 1),
  pool('padding', [2, 2, 6, 7], 3, 2, { padding: 1 }),
  pool('padding, ceil', [2, 2, 6, 7], 3, 2, { padding: 1, ceilMode: true }),
  pool('last window starts in the right padding, so it is dropped', [1, 2, 5, 5], 2, 3, {
    padding: 1,
    ceilMode: true,
  }),
  pool('last window starts past the input, so it is dropped', [1, 2, 3, 6], 2, 3, { ceilMode: true }),
  pool('everything asymmetric', [2, 2, 9, 6], [4, 2], [3, 1], { padding: [2, 1], ceilMode: true }),
  pool('the whole image', [2, 3, 5, 4], [5, 4], 1),
  pool('more maps than a workgroup has threads', [3, 67, 5, 5], 3, 2, { ceilMode: true }),
];

/** What a GPU does in its own way: small kernels are known to its shaders, and rows of whole quads are stored as such. */
export const poolCasesOfGpus: readonly PoolCase[] = [
  pool('NIN: 3x3 stride 2 ceil, 32 to 16', [1, 2, 32, 32], 3, 2, { ceilMode: true }),
  pool('rows that are no whole quads', [2, 3, 7, 6], 3, 2, { ceilMode: true }),
  pool('an odd number of rows, padding', [2, 2, 7, 8], 3, 2, { padding: 1, ceilMode: true }),
  pool('everything asymmetric', [2, 2, 9, 8], [4, 2], [3, 1], { padding: [2, 1], ceilMode: true }),
  pool('stride greater than kernel, rest of the row unseen', [2, 3, 10, 12], 2, 3),
  pool('a kernel too large to be known', [1, 2, 9, 12], 6, 2),
];

export interface BroadcastCase {
  readonly name: string;
  readonly a: readonly number[];
  readonly b: readonly number[];
}

export const broadcastCases: readonly BroadcastCase[] = [
  { name: 'stretched in turns', a: [2, 1, 3, 1, 2], b: [1, 3, 1, 2, 1] },
  {
    name: 'one of them stretched, along every other of nine axes',
    a: [2, 3, 1, 2, 3, 1, 2, 2, 2],
    b: [2, 1, 1, 2, 1, 1, 1, 2, 1],
  },
  { name: 'scalars', a: [], b: [] },
  { name: 'one element', a: [1], b: [1] },
  { name: 'same shape, odd size', a: [3, 5, 7], b: [3, 5, 7] },
  { name: 'more than a workgroup', a: [1031], b: [1031] },
  { name: 'a scalar on the right', a: [3, 5], b: [] },
  { name: 'a scalar on the left', a: [], b: [3, 5] },
  { name: 'a row', a: [4, 7], b: [7] },
  { name: 'a column', a: [4, 7], b: [4, 1] },
  { name: 'row and column stretch each other', a: [1, 7], b: [4, 1] },
  { name: 'a channel of images', a: [2, 3, 4, 5], b: [1, 3, 1, 1] },
  { name: 'a channel, batch axis left out', a: [2, 3, 4, 5], b: [3, 1, 1] },
  { name: 'one image for the batch', a: [3, 2, 3, 3], b: [2, 3, 3] },
  { name: 'a mask for all channels, on the left', a: [2, 1, 3, 4], b: [2, 5, 3, 4] },
  { name: 'stretched alternately', a: [2, 1, 3, 1], b: [1, 4, 1, 5] },
  { name: 'five axes', a: [2, 3, 2, 3, 2], b: [3, 1] },
];

/** Pairs that no rule of broadcasting joins. */
export const unbroadcastableCases: readonly BroadcastCase[] = [
  { name: 'lengths differ', a: [3], b: [4] },
  { name: 'aligned at the last axis, not the first', a: [3, 4], b: [3] },
  { name: 'an inner axis differs', a: [2, 3, 5], b: [2, 4, 5] },
];

export interface ReductionCase {
  readonly name: string;
  readonly input: readonly number[];
  readonly axes: readonly number[];
}

export const reductionCases: readonly ReductionCase[] = [
  { name: 'every other of five axes', input: [2, 3, 4, 3, 2], axes: [0, 2, 4] },
  { name: 'every other of eight axes', input: [2, 3, 2, 3, 2, 3, 2, 3], axes: [1, 3, 5, 7] },
  { name: 'one element', input: [1], axes: [0] },
  { name: 'rows', input: [5, 7], axes: [1] },
  { name: 'columns', input: [5, 7], axes: [0] },
  { name: 'the last axis, counted from the end', input: [2, 3, 5], axes: [-1] },
  { name: 'a middle axis', input: [3, 5, 4], axes: [1] },
  { name: 'all axes', input: [3, 4, 5], axes: [0, 1, 2] },
  { name: 'all but the channel', input: [3, 5, 4, 3], axes: [0, 2, 3] },
  { name: 'height and width', input: [2, 3, 5, 7], axes: [2, 3] },
  { name: 'first and last', input: [3, 5, 4], axes: [0, 2] },
  { name: 'an axis of length 1', input: [4, 1, 3], axes: [1] },
  { name: 'no axis at all', input: [2, 3], axes: [] },
  { name: 'longer than a workgroup', input: [2, 1031], axes: [1] },
  { name: 'longer than a workgroup, down the columns', input: [1031, 3], axes: [0] },
];

export interface MaxoutCase {
  readonly name: string;
  /** [N, C * pieces, ...] */
  readonly input: readonly number[];
  readonly pieces: number;
}

export const maxoutCases: readonly MaxoutCase[] = [
  { name: 'one of everything', input: [1, 1, 1, 1], pieces: 1 },
  { name: 'one piece: nothing to choose', input: [2, 3, 3, 5], pieces: 1 },
  { name: 'two pieces, as behind a convolution', input: [2, 6, 5, 7], pieces: 2 },
  { name: 'five pieces, as behind a fully connected layer', input: [3, 35], pieces: 5 },
  { name: 'batch 1, all channels are one output', input: [1, 7, 3, 3], pieces: 7 },
  { name: 'one position', input: [5, 12, 1, 1], pieces: 4 },
  { name: 'three axes', input: [2, 6, 11], pieces: 3 },
  { name: 'more than a workgroup', input: [3, 14, 9, 11], pieces: 2 },
  { name: 'whole quads of positions', input: [3, 12, 6, 6], pieces: 3 },
  { name: 'quads, more than a workgroup', input: [2, 10, 16, 18], pieces: 2 },
];

export interface ResponseNormCase {
  readonly name: string;
  /** [N, C, ...] */
  readonly input: readonly number[];
  readonly size: number;
  readonly alpha: number;
  readonly beta: number;
  readonly k: number;
}

const responseNorm = (
  name: string,
  input: readonly number[],
  size: number,
  { alpha = 1, beta = 0.75, k = 1 } = {},
): ResponseNormCase => ({ name, input, size, alpha, beta, k });

export const responseNormCases: readonly ResponseNormCase[] = [
  responseNorm('one of everything', [1, 1, 1, 1], 1),
  responseNorm('9 channels, alpha 0.001, beta 0.75', [2, 13, 5, 3], 9, { alpha: 0.001 }),
  responseNorm('an odd size', [2, 7, 3, 5], 5),
  responseNorm('an even size reaches further back', [2, 7, 3, 5], 4),
  responseNorm('size 2', [3, 5, 1, 7], 2, { beta: 0.5, k: 2 }),
  responseNorm('each channel by itself', [2, 3, 5, 5], 1, { beta: 1, k: 0.5 }),
  responseNorm('batch 1, one channel', [1, 1, 5, 7], 3),
  responseNorm('wider than the channels', [2, 3, 4, 5], 11),
  responseNorm('alpha much larger than k', [2, 6, 3, 3], 3, { alpha: 1000, k: 0.01 }),
  responseNorm('alpha 0: a scale of its own', [2, 3, 3, 3], 3, { alpha: 0, k: 4, beta: 0.5 }),
  responseNorm('features without positions', [3, 11], 5),
  responseNorm('more than a workgroup', [1, 4, 9, 11], 3),
];
