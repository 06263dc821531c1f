import { type Shape, sizeOf, type Window, windowedSize } from '../../tensor/shape.js';
import { Tensor } from '../../tensor/tensor.js';
import { reluGradient } from '../relu.js';
import { col2im, type Images, im2col } from './im2col.js';
import type { MatmulVariant } from './ladder/ladder.js';
import { multiplyInto } from './matmul.js';
import type { Epilogue } from './product.js';

/**
 * Convolution as plain matrix products of stored, unfolded images (im2col). With the weight as a matrix W [O, C * KH * KW]
 * and an image unfolded to a matrix X [C * KH * KW, positions] (see im2col.ts):
 *
 *   output  Y  = W X          gradients  dX = W' dY, folded back;   dW = sum over images of dY X'
 *
 * Simple, and right for every stride, but X is KH * KW times as large as the images: conv2d.ts reads through a window
 * instead wherever it can.
 */

/** A batch is unfolded in pieces of about this many bytes. */
const WORKSPACE_BYTES = 32 * 2 ** 20;

/** Sizes of a convolution in the words of its matrix product. */
interface Geometry {
  readonly images: number;
  readonly outputs: number;
  readonly depth: number; // C * KH * KW
  readonly positions: number; // OH * OW
}

function geometryOf([images = 0, , height = 0, width = 0]: Shape, weight: Shape, window: Window): Geometry {
  return {
    images,
    outputs: weight[0] as number,
    depth: sizeOf(weight.slice(1)),
    positions: sizeOf(windowedSize('conv2d', [height, width], window)),
  };
}

/** The images from `first` to `end`, in pieces whose unfolded form fits the workspace. */
function piecesOf({ depth, positions }: Geometry, first: number, end: number): Images[] {
  const most = Math.max(1, Math.floor(WORKSPACE_BYTES / (4 * depth * positions)));
  return Array.from({ length: Math.ceil((end - first) / most) }, (_, index) => ({
    first: first + index * most,
    count: Math.min(most, end - first - index * most),
  }));
}

/** `conv2d` into y [N, O, OH, OW]. */
export function unfoldedConv2d(
  y: Tensor,
  x: Tensor,
  weight: Tensor,
  window: Window,
  epilogue: Epilogue,
  variant?: MatmulVariant,
): Tensor {
  const geometry = geometryOf(x.shape, weight.shape, window);
  const { images, outputs, depth, positions } = geometry;
  for (const piece of piecesOf(geometry, 0, images)) {
    const columns = im2col(x, window, piece);
    const product = {
      batches: 1,
      rows: outputs,
      columns: piece.count * positions,
      outer: 1,
      inner: depth,
      group: positions,
      a: { row: depth, inner: 1 },
      b: { inner: positions, group: depth * positions, column: 1 },
      c: { start: piece.first * outputs * positions, row: positions, group: outputs * positions, column: 1 },
    };
    multiplyInto(y, weight, columns, product, epilogue, variant);
    columns.dispose();
  }
  return y;
}

/** The gradient at the input into `inputGradient` [N, C, H, W]. */
export function unfoldedInputGradient(
  inputGradient: Tensor,
  outputGradient: Tensor,
  weight: Tensor,
  window: Window,
  mask?: Tensor,
  variant?: MatmulVariant,
): Tensor {
  const geometry = geometryOf(inputGradient.shape, weight.shape, window);
  const { images, outputs, depth, positions } = geometry;
  for (const piece of piecesOf(geometry, 0, images)) {
    const columns = new Tensor(weight.device, [piece.count, depth, positions]);
    const product = {
      batches: 1,
      rows: depth,
      columns: piece.count * positions,
      outer: 1,
      inner: outputs,
      group: positions,
      a: { row: 1, inner: depth },
      b: {
        start: piece.first * outputs * positions,
        inner: positions,
        group: outputs * positions,
        column: 1,
      },
      c: { row: positions, group: depth * positions, column: 1 },
    };
    multiplyInto(columns, weight, outputGradient, product, {}, variant);
    col2im(columns, inputGradient, window, piece);
    columns.dispose();
  }
  if (mask) reluGradient(mask, inputGradient).dispose();
  return inputGradient;
}

/** The gradients at the weight of each chunk of `chunk` images, into `partial` [chunks, O, C * KH * KW]. */
export function unfoldedWeightGradient(
  partial: Tensor,
  outputGradient: Tensor,
  x: Tensor,
  weightShape: Shape,
  window: Window,
  chunk: number,
  variant?: MatmulVariant,
): void {
  const geometry = geometryOf(x.shape, weightShape, window);
  const { images, outputs, depth, positions } = geometry;
  for (let first = 0; first < images; first += chunk) {
    for (const piece of piecesOf(geometry, first, Math.min(first + chunk, images))) {
      const columns = im2col(x, window, piece);
      const product = {
        batches: 1,
        rows: outputs,
        columns: depth,
        outer: piece.count,
        inner: positions,
        group: depth,
        a: {
          start: piece.first * outputs * positions,
          row: positions,
          outer: outputs * positions,
          inner: 1,
        },
        b: { outer: depth * positions, inner: 1, column: positions },
        c: { start: (first / chunk) * outputs * depth, row: depth, column: 1 },
      };
      const accumulate = piece.first > first;
      multiplyInto(partial, outputGradient, columns, product, { accumulate }, variant);
      columns.dispose();
    }
  }
}
