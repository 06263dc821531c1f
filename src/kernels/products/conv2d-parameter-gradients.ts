/** The gradients of a convolution at its weight and bias: src/kernels/products/conv2d.ts has the table of all directions. */
import type { Device } from '../../gpu/device.js';
import type { Shape, Window } from '../../tensor/shape.js';
import { Tensor } from '../../tensor/tensor.js';
import { biasGradient } from '../bias-gradient.js';
import { type ConvolutionChoice, isDirect, isPointwise, through } from './conv2d.js';
import { directWeightGradient } from './conv2d-direct.js';
import { batchOf, type Sizes, sizesOf } from './conv2d-sizes.js';
import { unfoldedWeightGradient } from './conv2d-unfolded.js';
import { multiplyInto } from './matmul.js';
import type { Product } from './product.js';
import { combineParts } from './split-k.js';

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
  { algorithm, variant, packed = !x.device.adapter.software, split = true }: ConvolutionChoice = {},
): ParameterGradients {
  const sizes = sizesOf(x.shape, weightShape, window);
  const { images, outputs, depth } = sizes;
  if (isDirect(x.device, sizes, sizes.groupOutputs, algorithm)) {
    const weight = directWeightGradient(outputGradient, x, sizes, window);
    return { weight, bias: withBias ? biasGradient(outputGradient) : null };
  }
  const unfolded = algorithm === 'unfolded' && sizes.groups === 1;
  const chunks = split ? chunksOf(sizes, x.device) : { count: 1, images };
  // Packed, rows of a partial sum begin at multiples of four, for kernels that write four numbers at once.
  const row = packed && !unfolded ? 4 * Math.ceil(depth / 4) : depth;
  // The sums of a weight as large as a buffer may be leave no room for more.
  const roomForRows = 4 * chunks.count * outputs * (row + 1) <= x.device.limits.maxStorageBufferBindingSize;
  const sumRows = withBias && roomForRows && !unfolded;
  const partial = new Tensor(x.device, [chunks.count * outputs * (row + (sumRows ? 1 : 0))]);
  if (unfolded) {
    unfoldedWeightGradient(partial, outputGradient, x, weightShape, window, chunks.images, variant);
  } else {
    for (const batch of batchesOf(sizes, chunks)) {
      const product = weightGradientProduct(sizes, window, chunks, batch, { row, sumRows });
      multiplyInto(partial, outputGradient, x, product, {}, variant);
    }
  }
  const parts = { count: chunks.count, row };
  const { weight, bias } = combineParts(partial, parts, weightShape, sumRows ? [outputs] : [0]);
  partial.dispose();
  if (sumRows) return { weight, bias };
  bias.dispose();
  return { weight, bias: withBias ? biasGradient(outputGradient) : null };
}

/** How the images of a batch are cut: each chunk of consecutive images gives one partial sum of a weight's gradient. */
interface Chunks {
  readonly count: number;
  /** Images in each chunk; the last one may have fewer. */
  readonly images: number;
}

const chunksOf = (sizes: Sizes, { adapter }: Device): Chunks =>
  adapter.software ? forCores(sizes) : forManyProcessors(sizes);

/** As few chunks as keep the cores of a CPU busy, with about 32 tiles of 32 x 64. */
function forCores({ images, groups, groupOutputs, depth }: Sizes): Chunks {
  const tiles = groups * Math.ceil(groupOutputs / 32) * Math.ceil(depth / 64);
  const inChunk = Math.max(1, Math.ceil((images * tiles) / 32));
  return { count: Math.ceil(images / inChunk), images: inChunk };
}

/** Tiles of 64 x 128 that fill a large GPU: six for each of its 128 processors or so. */
const TILES_IN_FLIGHT = 768;
/** Terms of a sum that are worth a tile's way to memory. */
const LEAST_TERMS = 256;

/** Chunks of equally many images, so that none is left over, as near as may be to what fills a GPU. */
function forManyProcessors({ images, groups, groupOutputs, depth, positions }: Sizes): Chunks {
  const tiles = groups * Math.ceil(groupOutputs / 64) * Math.ceil(depth / 128);
  const wanted = Math.max((images * tiles) / TILES_IN_FLIGHT, LEAST_TERMS / Math.max(1, positions));
  const off = (inChunk: number) => Math.abs(Math.log(inChunk / wanted));
  let best = 1;
  for (let inChunk = 1; inChunk <= images; inChunk++) {
    if (images % inChunk === 0 && off(inChunk) < off(best)) best = inChunk;
  }
  return { count: Math.ceil(images / best), images: best };
}

/** Chunks with equally many images, which one launch takes as a batch of products. */
interface ChunkBatch {
  /** The first image of the first chunk. */
  readonly first: number;
  readonly chunks: number;
  /** Images in each of these chunks. */
  readonly images: number;
}

/**
 * The chunks of full length together, and the shorter one that may be left over. In groups a batch has a product for each group, and takes
 * several chunks only where they have one image each: then all its products are as far apart.
 */
function batchesOf({ images, groups }: Sizes, { images: inChunk, count }: Chunks): ChunkBatch[] {
  if (groups > 1 && inChunk > 1) {
    return Array.from({ length: count }, (_, index) => {
      const first = index * inChunk;
      return { first, chunks: 1, images: Math.min(inChunk, images - first) };
    });
  }
  const whole = Math.floor(images / inChunk);
  const left = images - whole * inChunk;
  return [
    ...(whole > 0 ? [{ first: 0, chunks: whole, images: inChunk }] : []),
    ...(left > 0 ? [{ first: whole * inChunk, chunks: 1, images: left }] : []),
  ];
}

/**
 * The partial sums of some chunks as a product of the output's gradient and the images, in each group. In c, f32
 * `[chunks * O * row]`, they lie chunk after chunk; with `sumRows` those of the bias follow, `[chunks * O]`.
 */
function weightGradientProduct(
  sizes: Sizes,
  window: Window,
  chunks: Chunks,
  batch: ChunkBatch,
  { row, sumRows }: { readonly row: number; readonly sumRows: boolean },
): Product {
  const { channels, outputs, height, width, outHeight, outWidth, taps, depth, pixels, positions } = sizes;
  const { groups, groupOutputs, groupChannels } = sizes;
  const pointwise = isPointwise(window);
  const firstChunk = batch.first / chunks.images;
  const product: Product = {
    batches: batch.chunks * groups,
    rows: groupOutputs,
    columns: depth,
    outer: batch.images,
    ...(pointwise ? { middle: 1, inner: positions } : { middle: outHeight, inner: outWidth }),
    group: taps,
    a: {
      start: batch.first * outputs * positions,
      batch: chunks.images * outputs * positions,
      ...batchOf(sizes, groupOutputs * positions),
      row: positions,
      outer: outputs * positions,
      middle: outWidth,
      inner: 1,
    },
    b: {
      start: batch.first * channels * pixels,
      batch: chunks.images * channels * pixels,
      ...batchOf(sizes, groupChannels * pixels),
      outer: channels * pixels,
      inner: pointwise ? 1 : 0,
      group: pixels,
      column: 0,
    },
    c: {
      start: firstChunk * outputs * row,
      batch: groupOutputs * row,
      row,
      group: taps,
      column: 1,
      ...(sumRows && { rowSums: (chunks.count * row + firstChunk) * outputs }),
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
