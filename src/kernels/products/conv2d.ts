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
 *
 * In groups, each group is a product of its own, all of them one batch. Where a group is small a product would be nearly empty, and each
 * element is computed by itself (conv2d-direct.ts); so is the input gradient in groups with a longer stride, as nothing unfolds groups.
 */
import type { Device } from '../../gpu/device.js';
import type { Shape, Window } from '../../tensor/shape.js';
import { type DType, Tensor } from '../../tensor/tensor.js';
import { broadcastTo } from '../elementwise/elementwise.js';
import { storedDType } from '../stored-dtype.js';
import { directConv2d, directInputGradient } from './conv2d-direct.js';
import { batchOf, type Sizes, sizesOf } from './conv2d-sizes.js';
import { unfoldedConv2d, unfoldedInputGradient } from './conv2d-unfolded.js';
import type { MatmulVariant } from './ladder/ladder.js';
import { multiplyInto } from './matmul.js';
import { packWeight } from './pack-weight.js';
import type { Epilogue, Product, SlidingWindow } from './product.js';

/** How to compute a convolution, where the default is not wanted: for tests and measurements. */
export interface ConvolutionChoice {
  /**
   * `unfolded` stores every window's view as a column of a matrix first, `direct` computes each element by itself (default: `window`, and
   * `direct` for small groups). In groups nothing is unfolded.
   */
  readonly algorithm?: 'window' | 'unfolded' | 'direct' | undefined;
  readonly variant?: MatmulVariant | undefined;
  /** Lay weights, and partial sums of their gradients, out so that kernels can take four numbers at once (default: on hardware). */
  readonly packed?: boolean | undefined;
  /** Cut the sum of a weight's gradient into parts that are summed side by side, where that is faster (default); else sum in one go. */
  readonly split?: boolean;
}

/** A kernel of 1 x 1 that looks at each position: a matrix. */
export const isPointwise = ({ kernel, stride, padding, paddingAfter = padding }: Window): boolean =>
  [...kernel, ...stride].every((value) => value === 1) &&
  [...padding, ...paddingAfter].every((value) => value === 0);

/** The product, reading b through a window if there is one. */
export const through = (window: SlidingWindow | null, product: Product): Product =>
  window ? { ...product, b: { ...product.b, column: 0, window } } : product;

/**
 * With fewer rows than this in each group, a product is slower than computing each element by itself. Measured on lavapipe, where
 * the two are equally fast at one row; on a GPU, where a tile has 64 rows or more, an estimate.
 */
const FEW_ROWS = { software: 2, hardware: 8 };

/** Is each element computed by itself, by default where the products of the groups would have few rows? */
export const isDirect = (
  { adapter }: Device,
  { groups }: Sizes,
  rows: number,
  algorithm?: ConvolutionChoice['algorithm'],
): boolean =>
  algorithm === undefined
    ? groups > 1 && rows < FEW_ROWS[adapter.software ? 'software' : 'hardware']
    : algorithm === 'direct';

/**
 * y[n][o] = bias[o] + sum over c, ky, kx of weight[o][c][ky][kx] * x[n][c][window], then ReLU if asked.
 * Shapes: x [N, C, H, W], weight [O, C / groups, KH, KW], bias [O], result [N, O, OH, OW].
 */
export function conv2d(
  x: Tensor,
  weight: Tensor,
  bias: Tensor | null,
  window: Window,
  relu = false,
  { algorithm, variant, packed }: ConvolutionChoice = {},
): Tensor {
  const sizes = sizesOf(x.shape, weight.shape, window);
  const { images, channels, outputs, height, width, outHeight, outWidth, taps, depth } = sizes;
  const { pixels, positions, groups, groupChannels, groupOutputs } = sizes;
  const shape = [images, outputs, outHeight, outWidth];
  const dtype = storedDType(x.device);
  if (isDirect(x.device, sizes, groupOutputs, algorithm)) {
    return directConv2d(new Tensor(x.device, shape, dtype), x, weight, bias, sizes, window, relu);
  }
  // A product adds the same bias in each of a batch: in groups, a sum begins with its own, as that is stored.
  const y = bias && groups > 1 ? ofBias(bias, shape, dtype) : new Tensor(x.device, shape, dtype);
  const epilogue: Epilogue =
    bias && groups > 1
      ? { accumulate: true, relu }
      : { ...(bias && { bias: { values: bias, per: 'row' } }), relu };
  if (algorithm === 'unfolded' && groups === 1)
    return unfoldedConv2d(y, x, weight, window, epilogue, variant);
  const { stride, padding, dilation, kernel } = window;
  const product: Product = {
    batches: groups,
    rows: groupOutputs,
    columns: images * positions,
    outer: 1,
    middle: taps,
    inner: groupChannels,
    group: positions,
    a: { ...batchOf(sizes, groupOutputs * depth), row: depth, middle: 1, inner: taps },
    b: { ...batchOf(sizes, groupChannels * pixels), inner: pixels, group: channels * pixels, column: 1 },
    c: {
      ...batchOf(sizes, groupOutputs * positions),
      row: positions,
      group: outputs * positions,
      column: 1,
    },
  };
  const view = {
    height,
    width,
    originY: -padding[0],
    originX: -padding[1],
    column: { width: outWidth, y: stride[0], x: stride[1] },
    middle: { width: kernel[1], y: dilation[0], x: dilation[1] },
  };
  const seen = through(isPointwise(window) ? null : view, product);
  multiplyWeight(y, weight, x, seen, epilogue, { variant, packed });
  return y;
}

/** A bias at each position of each image. */
function ofBias(bias: Tensor, shape: Shape, dtype: DType): Tensor {
  const column = bias.view([bias.size, 1, 1]);
  const everywhere = broadcastTo(column, shape, 1, dtype);
  column.dispose();
  return everywhere;
}

/** A product whose a is a weight, packed first if that is wanted. */
function multiplyWeight(
  c: Tensor,
  weight: Tensor,
  b: Tensor,
  product: Product,
  epilogue: Epilogue,
  { variant, packed = !c.device.adapter.software }: ConvolutionChoice,
): void {
  // Without a window, terms lie as they must; weights of several groups are left as they are.
  if (!packed || !product.b.window || product.batches > 1) {
    multiplyInto(c, weight, b, product, epilogue, variant);
    return;
  }
  const pack = packWeight(weight, product);
  multiplyInto(c, pack.weight, b, pack.product, epilogue, variant);
  pack.weight.dispose();
}

/**
 * The gradient of `conv2d` at its input, of shape `inputShape`, from that of its output [N, O, OH, OW].
 * @param mask of the shape of the input: where it is 0 or below, the gradient is 0 (see `maskOf` in src/autograd/tape.ts)
 * @param dtype of the gradient (default: that of the mask, or else of the output's)
 */
export function conv2dInputGradient(
  outputGradient: Tensor,
  weight: Tensor,
  inputShape: Shape,
  window: Window,
  mask?: Tensor,
  { algorithm, variant, packed }: ConvolutionChoice = {},
  dtype: DType = mask?.dtype ?? outputGradient.dtype,
): Tensor {
  const sizes = sizesOf(inputShape, weight.shape, window);
  const { images, channels, outputs, width, outHeight, outWidth, taps, depth, pixels, positions } = sizes;
  const { groups, groupChannels, groupOutputs } = sizes;
  const inputGradient = new Tensor(weight.device, inputShape, dtype);
  const { stride, padding, dilation, kernel } = window;
  const isStrided = stride.some((step) => step > 1);
  if (isDirect(weight.device, sizes, groupChannels, algorithm) || (isStrided && groups > 1)) {
    return directInputGradient(inputGradient, outputGradient, weight, sizes, window, mask);
  }
  if (groups === 1 && (algorithm === 'unfolded' || isStrided)) {
    return unfoldedInputGradient(inputGradient, outputGradient, weight, window, mask, variant);
  }
  const product: Product = {
    batches: groups,
    rows: groupChannels,
    columns: images * pixels,
    outer: 1,
    middle: taps,
    inner: groupOutputs,
    group: pixels,
    // The window is turned around: its last tap comes first.
    a: { ...batchOf(sizes, groupOutputs * depth), start: taps - 1, row: taps, middle: -1, inner: depth },
    b: {
      ...batchOf(sizes, groupOutputs * positions),
      inner: positions,
      group: outputs * positions,
      column: 1,
    },
    c: { ...batchOf(sizes, groupChannels * pixels), row: pixels, group: channels * pixels, column: 1 },
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
  multiplyWeight(inputGradient, weight, outputGradient, seen, epilogue, { variant, packed });
  return inputGradient;
}
