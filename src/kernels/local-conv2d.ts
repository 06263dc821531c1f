import { type Shape, sizeOf, type Window, windowedSize } from '../tensor/shape.js';
import { Tensor } from '../tensor/tensor.js';
import { expanded } from './elementwise.js';
import { col2im, type Images, im2col } from './im2col.js';
import { multiplyInto } from './matmul.js';

/**
 * Locally connected convolution, whose every output position p has weights of its own: one matrix product for each, all of
 * them in one launch. With the weights of p as a matrix W[p] [O, D], D = C * KH * KW, and what the window at p sees of each
 * image as X[p] [D, N] (a column of each unfolded image, see im2col.ts),
 *
 *   output  Y[p] = W[p] X[p]          gradients  dX[p] = W[p]' dY[p],   dW[p] = dY[p] X[p]'
 *
 * The weight is [OH, OW, O, C, KH, KW], so that each W[p] lies in one piece.
 */

/** Unfolded images are many times larger than images, so a batch is unfolded in pieces of about this many bytes. */
const WORKSPACE_BYTES = 32 * 2 ** 20;

/** Sizes of the products, and the strides from position to position, output to output, image to image. */
interface Geometry {
  readonly positions: number; // OH * OW
  readonly outputs: number;
  readonly depth: number; // C * KH * KW
  readonly weight: { batch: number; row: number; inner: number };
  readonly output: { batch: number; output: number; image: number };
  readonly columns: { batch: number; depth: number; image: number };
  /** Consecutive images whose unfolded form fits the workspace; an empty batch is one piece. */
  readonly pieces: readonly Images[];
}

function geometryOf(images: number, [rows = 0, columns = 0, outputs = 0, ...filter]: Shape): Geometry {
  const positions = rows * columns;
  const depth = sizeOf(filter);
  const most = Math.max(1, Math.floor(WORKSPACE_BYTES / (4 * depth * positions)));
  const pieces = Array.from({ length: Math.max(1, Math.ceil(images / most)) }, (_, index) => ({
    first: index * most,
    count: Math.min(most, images - index * most),
  }));
  return {
    positions,
    outputs,
    depth,
    weight: { batch: outputs * depth, row: depth, inner: 1 },
    output: { batch: 1, output: positions, image: outputs * positions },
    columns: { batch: 1, depth: positions, image: depth * positions },
    pieces,
  };
}

/**
 * y[n][o][p] = bias[o][p] + sum over c, ky, kx of weight[p][o][c][ky][kx] * x[n][c][window at p].
 * Shapes: x [N, C, H, W], weight [OH, OW, O, C, KH, KW], bias [O, OH, OW], result [N, O, OH, OW].
 */
export function localConv2d(x: Tensor, weight: Tensor, bias: Tensor | null, window: Window): Tensor {
  const [images = 0, , height = 0, width = 0] = x.shape;
  const { positions, outputs, depth, pieces, ...strides } = geometryOf(images, weight.shape);
  const shape = [images, outputs, ...windowedSize('localConv2d', [height, width], window)];
  const y = bias ? expanded(bias, shape) : new Tensor(x.device, shape);
  for (const piece of pieces) {
    const columns = im2col(x, window, piece);
    const product = {
      batches: positions,
      rows: outputs,
      columns: piece.count,
      outer: 1,
      inner: depth,
      group: piece.count,
      a: strides.weight,
      b: { batch: strides.columns.batch, inner: strides.columns.depth, column: strides.columns.image },
      c: {
        start: piece.first * strides.output.image,
        batch: strides.output.batch,
        row: strides.output.output,
        column: strides.output.image,
      },
    };
    multiplyInto(y, weight, columns, product, { accumulate: bias !== null });
    columns.dispose();
  }
  return y;
}

/** The gradient of `localConv2d` at its input, of shape `input`, from that of its output [N, O, OH, OW]. */
export function localConv2dInputGradient(
  outputGradient: Tensor,
  weight: Tensor,
  input: Shape,
  window: Window,
): Tensor {
  const { positions, outputs, depth, pieces, ...strides } = geometryOf(input[0] as number, weight.shape);
  const inputGradient = new Tensor(weight.device, input);
  for (const piece of pieces) {
    const columns = new Tensor(weight.device, [piece.count, depth, positions]);
    multiplyInto(columns, weight, outputGradient, {
      batches: positions,
      rows: depth,
      columns: piece.count,
      outer: 1,
      inner: outputs,
      group: piece.count,
      a: { batch: strides.weight.batch, row: strides.weight.inner, inner: strides.weight.row },
      b: {
        start: piece.first * strides.output.image,
        batch: strides.output.batch,
        inner: strides.output.output,
        column: strides.output.image,
      },
      c: { batch: strides.columns.batch, row: strides.columns.depth, column: strides.columns.image },
    });
    col2im(columns, inputGradient, window, piece);
    columns.dispose();
  }
  return inputGradient;
}

/** The gradient of `localConv2d` at its weight, of shape `weight`, from that of its output and its input. */
export function localConv2dWeightGradient(
  outputGradient: Tensor,
  x: Tensor,
  weight: Shape,
  window: Window,
): Tensor {
  const { positions, outputs, depth, pieces, ...strides } = geometryOf(x.shape[0] as number, weight);
  const gradient = new Tensor(x.device, weight);
  pieces.forEach((piece, index) => {
    const columns = im2col(x, window, piece);
    const product = {
      batches: positions,
      rows: outputs,
      columns: depth,
      outer: 1,
      inner: piece.count,
      group: depth,
      a: {
        start: piece.first * strides.output.image,
        batch: strides.output.batch,
        row: strides.output.output,
        inner: strides.output.image,
      },
      b: { batch: strides.columns.batch, inner: strides.columns.image, column: strides.columns.depth },
      c: { batch: strides.weight.batch, row: strides.weight.row, column: strides.weight.inner },
    };
    multiplyInto(gradient, outputGradient, columns, product, { accumulate: index > 0 });
    columns.dispose();
  });
  return gradient;
}
