/**
 * Convolution as matrix products that read their images through a sliding window (implicit GEMM). With the weight
 * [O, C, KH, KW], images x [N, C, H, W] and y [N, O, OH, OW], stride s, padding p and dilation d, the three directions are
 * one kernel with other numbers (`shaders/products/matmul_specification.wgsl` says what they mean):
 *
 *                  rows   columns            sum over (outer, middle, inner)     an element of b is at
 *   y  = W * x     O      images, OH x OW    1, taps KH x KW, channels C         oy * s - p + ky * d  of x
 *   dx = W' * dy   C      images, H x W      1, taps KH x KW, channels O         iy + p - ky * d      of dy, if s = 1
 *   dW = dy * x'   O      C, taps KH x KW    images, rows OH, positions OW       ky * d - p + oy * s  of x
 *
 * A 1 x 1 kernel with stride 1 and no padding needs no window: the images are the matrices. The input gradient of a
 * convolution with a longer stride unfolds (conv2d-unfolded.ts), which can compute every other one too.
 */
import type { Device } from '../../gpu/device.js';
import { type Shape, sizeOf, type Window, windowedSize } from '../../tensor/shape.js';
import { Tensor } from '../../tensor/tensor.js';
import { biasGradient } from '../bias-gradient.js';
import { sumOver } from '../reduce.js';
import { storedDType } from '../stored-dtype.js';
import { unfoldedConv2d, unfoldedInputGradient, unfoldedWeightGradient } from './conv2d-unfolded.js';
import type { MatmulVariant } from './ladder/ladder.js';
import { multiplyInto } from './matmul.js';
import type { Epilogue, Product, SlidingWindow } from './product.js';
import { combineParts } from './split-k.js';

/** How to compute a convolution, where the default is not wanted: for tests and measurements. */
export interface ConvolutionChoice {
  /** `unfolded` stores every window's view as a column of a matrix first (default: `window`). */
  readonly algorithm?: 'window' | 'unfolded';
  readonly variant?: MatmulVariant;
}

/** Partial sums of a weight's gradient run side by side until about this many tiles of 32 x 64 are in flight. */
const TILES_IN_FLIGHT = { software: 32, hardware: 1024 };

const isPointwise = ({ kernel, stride, padding }: Window): boolean =>
  [...kernel, ...stride].every((value) => value === 1) && padding.every((value) => value === 0);

/** The product, reading b through a window if there is one. */
const through = (window: SlidingWindow | null, product: Product): Product =>
  window ? { ...product, b: { ...product.b, column: 0, window } } : product;

type Sizes = ReturnType<typeof sizesOf>;

/** Sizes of a convolution. */
function sizesOf([images = 0, channels = 0, height = 0, width = 0]: Shape, weight: Shape, window: Window) {
  const [outHeight, outWidth] = windowedSize('conv2d', [height, width], window);
  const [outputs = 0] = weight;
  const taps = sizeOf(window.kernel);
  return {
    images,
    channels,
    outputs,
    height,
    width,
    outHeight,
    outWidth,
    taps,
    depth: channels * taps,
    pixels: height * width,
    positions: outHeight * outWidth,
  };
}

/**
 * y[n][o] = bias[o] + sum over c, ky, kx of weight[o][c][ky][kx] * x[n][c][window], then ReLU if asked.
 * Shapes: x [N, C, H, W], weight [O, C, KH, KW], bias [O], result [N, O, OH, OW].
 */
export function conv2d(
  x: Tensor,
  weight: Tensor,
  bias: Tensor | null,
  window: Window,
  relu = false,
  { algorithm, variant }: ConvolutionChoice = {},
): Tensor {
  const sizes = sizesOf(x.shape, weight.shape, window);
  const { images, channels, outputs, height, width, outHeight, outWidth, taps, depth } = sizes;
  const { pixels, positions } = sizes;
  const y = new Tensor(x.device, [images, outputs, outHeight, outWidth], storedDType(x.device));
  const epilogue: Epilogue = bias ? { bias: { values: bias, per: 'row' }, relu } : { relu };
  if (algorithm === 'unfolded') return unfoldedConv2d(y, x, weight, window, epilogue, variant);
  const { stride, padding, dilation, kernel } = window;
  const product: Product = {
    batches: 1,
    rows: outputs,
    columns: images * positions,
    outer: 1,
    middle: taps,
    inner: channels,
    group: positions,
    a: { row: depth, middle: 1, inner: taps },
    b: { inner: pixels, group: channels * pixels, column: 1 },
    c: { row: positions, group: outputs * positions, column: 1 },
  };
  const view = {
    height,
    width,
    originY: -padding[0],
    originX: -padding[1],
    column: { width: outWidth, y: stride[0], x: stride[1] },
    middle: { width: kernel[1], y: dilation[0], x: dilation[1] },
  };
  multiplyInto(y, weight, x, through(isPointwise(window) ? null : view, product), epilogue, variant);
  return y;
}

/**
 * The gradient of `conv2d` at its input, of shape `inputShape`, from that of its output [N, O, OH, OW].
 * @param mask of the shape of the input: where it is 0 or below, the gradient is 0 (see `maskOf` in src/autograd/tape.ts)
 */
export function conv2dInputGradient(
  outputGradient: Tensor,
  weight: Tensor,
  inputShape: Shape,
  window: Window,
  mask?: Tensor,
  { algorithm, variant }: ConvolutionChoice = {},
): Tensor {
  const sizes = sizesOf(inputShape, weight.shape, window);
  const { images, channels, outputs, width, outHeight, outWidth, taps, depth, pixels, positions } = sizes;
  const inputGradient = new Tensor(weight.device, inputShape, mask?.dtype ?? outputGradient.dtype);
  const { stride, padding, dilation, kernel } = window;
  if (algorithm === 'unfolded' || stride.some((step) => step > 1)) {
    return unfoldedInputGradient(inputGradient, outputGradient, weight, window, mask, variant);
  }
  const product: Product = {
    batches: 1,
    rows: channels,
    columns: images * pixels,
    outer: 1,
    middle: taps,
    inner: outputs,
    group: pixels,
    // The window is turned around: its last tap comes first.
    a: { start: taps - 1, row: taps, middle: -1, inner: depth },
    b: { inner: positions, group: outputs * positions, column: 1 },
    c: { row: pixels, group: channels * pixels, column: 1 },
  };
  const view = {
    height: outHeight,
    width: outWidth,
    originY: padding[0] - (kernel[0] - 1) * dilation[0],
    originX: padding[1] - (kernel[1] - 1) * dilation[1],
    column: { width, y: 1, x: 1 },
    middle: { width: kernel[1], y: dilation[0], x: dilation[1] },
  };
  const epilogue = mask ? { mask } : {};
  const seen = through(isPointwise(window) ? null : view, product);
  multiplyInto(inputGradient, weight, outputGradient, seen, epilogue, variant);
  return inputGradient;
}

/** The gradients at a convolution's parameters. */
export interface ParameterGradients {
  readonly weight: Tensor;
  /** Null where none was asked for. */
  readonly bias: Tensor | null;
}

/**
 * The gradients of `conv2d` at its weight, of shape `weightShape`, and at its bias if asked for, from that of its output
 * [N, O, OH, OW] and its input.
 *
 * The sum runs over all images and positions and its result is small, so the images are cut into chunks, whose sums are
 * computed side by side and then added up in a fixed order (split-K). The bias's gradient is what the rows of the output's
 * gradient add up to, which pass through the same kernel.
 */
export function conv2dParameterGradients(
  outputGradient: Tensor,
  x: Tensor,
  weightShape: Shape,
  window: Window,
  withBias: boolean,
  { algorithm, variant }: ConvolutionChoice = {},
): ParameterGradients {
  const sizes = sizesOf(x.shape, weightShape, window);
  const { images, outputs, depth } = sizes;
  const chunks = chunksOf(sizes, x.device);
  // The sums of a weight as large as a buffer may be leave no room for more.
  const roomForRows = 4 * chunks.count * outputs * (depth + 1) <= x.device.limits.maxStorageBufferBindingSize;
  const sumRows = withBias && roomForRows && algorithm !== 'unfolded';
  const partial = new Tensor(x.device, [chunks.count * outputs * (depth + (sumRows ? 1 : 0))]);
  if (algorithm === 'unfolded') {
    unfoldedWeightGradient(partial, outputGradient, x, weightShape, window, chunks.images, variant);
  } else {
    for (const batch of batchesOf(images, chunks)) {
      const product = weightGradientProduct(sizes, window, chunks, batch, sumRows);
      multiplyInto(partial, outputGradient, x, product, {}, variant);
    }
  }
  const gradients = sumRows
    ? combineParts(partial, chunks.count, weightShape, [outputs])
    : {
        weight: summed(partial, chunks.count, weightShape),
        bias: withBias ? biasGradient(outputGradient) : null,
      };
  partial.dispose();
  return gradients;
}

/** How the images of a batch are cut: each chunk of consecutive images gives one partial sum of a weight's gradient. */
interface Chunks {
  readonly count: number;
  /** Images in each chunk; the last one may have fewer. */
  readonly images: number;
}

/** As few chunks as keep the device busy. */
function chunksOf({ images, outputs, depth }: Sizes, { adapter }: Device): Chunks {
  const tiles = Math.ceil(outputs / 32) * Math.ceil(depth / 64);
  const enough = TILES_IN_FLIGHT[adapter.software ? 'software' : 'hardware'];
  const inChunk = Math.max(1, Math.ceil((images * tiles) / enough));
  return { count: Math.ceil(images / inChunk), images: inChunk };
}

/** Chunks with equally many images, which one launch takes as a batch of products. */
interface ChunkBatch {
  /** The first image of the first chunk. */
  readonly first: number;
  readonly chunks: number;
  /** Images in each of these chunks. */
  readonly images: number;
}

/** The chunks of full length together, and the shorter one that may be left over. */
function batchesOf(images: number, { images: inChunk }: Chunks): ChunkBatch[] {
  const whole = Math.floor(images / inChunk);
  const left = images - whole * inChunk;
  return [
    ...(whole > 0 ? [{ first: 0, chunks: whole, images: inChunk }] : []),
    ...(left > 0 ? [{ first: whole * inChunk, chunks: 1, images: left }] : []),
  ];
}

/**
 * The partial sums of some chunks as a product of the output's gradient and the images. In c, f32
 * `[chunks * O * C * KH * KW]`, they lie chunk after chunk; with `sumRows` those of the bias follow, `[chunks * O]`.
 */
function weightGradientProduct(
  sizes: Sizes,
  window: Window,
  chunks: Chunks,
  batch: ChunkBatch,
  sumRows: boolean,
): Product {
  const { channels, outputs, height, width, outHeight, outWidth, taps, depth, pixels, positions } = sizes;
  const pointwise = isPointwise(window);
  const firstChunk = batch.first / chunks.images;
  const product: Product = {
    batches: batch.chunks,
    rows: outputs,
    columns: depth,
    outer: batch.images,
    ...(pointwise ? { middle: 1, inner: positions } : { middle: outHeight, inner: outWidth }),
    group: taps,
    a: {
      start: batch.first * outputs * positions,
      batch: chunks.images * outputs * positions,
      row: positions,
      outer: outputs * positions,
      middle: outWidth,
      inner: 1,
    },
    b: {
      start: batch.first * channels * pixels,
      batch: chunks.images * channels * pixels,
      outer: channels * pixels,
      inner: pointwise ? 1 : 0,
      group: pixels,
      column: 0,
    },
    c: {
      start: firstChunk * outputs * depth,
      batch: outputs * depth,
      row: depth,
      group: taps,
      column: 1,
      ...(sumRows && { rowSums: (chunks.count * depth + firstChunk) * outputs }),
    },
  };
  const view = {
    height,
    width,
    originY: -window.padding[0],
    originX: -window.padding[1],
    column: { width: window.kernel[1], y: window.dilation[0], x: window.dilation[1] },
    middle: { width: 1, y: window.stride[0], x: 0 },
    innerX: window.stride[1],
  };
  return through(pointwise ? null : view, product);
}

/** The sum of `parts` parts side by side. */
function summed(partial: Tensor, parts: number, shape: Shape): Tensor {
  const apart = partial.view([parts, ...shape]);
  const sum = sumOver(apart, [0]);
  apart.dispose();
  return sum;
}
