import { type Shape, sizeOf, type Window, windowedSize } from '../../tensor/shape.js';
import { Tensor } from '../../tensor/tensor.js';
import { reluGradient } from '../elementwise/relu.js';
import { col2im, im2col, type Part, type Range, wholeOf } from './im2col.js';
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

/** What is unfolded at once takes about this many bytes at most. */
const WORKSPACE_BYTES = 32 * 2 ** 20;

/** Sizes of a convolution in the words of its matrix product. */
interface Geometry {
  /** All that the images unfold to. */
  readonly whole: Part;
  readonly outputs: number;
  readonly depth: number; // C * KH * KW
  readonly positions: number; // OH * OW
}

function geometryOf(input: Shape, weight: Shape, window: Window): Geometry {
  return {
    whole: wholeOf(input, window),
    outputs: weight[0] as number,
    depth: sizeOf(weight.slice(1)),
    positions: sizeOf(windowedSize('conv2d', [input[2] as number, input[3] as number], window)),
  };
}

/** A part of unfolded images that fits the workspace, and the rows of their matrices in it. */
interface Piece extends Part {
  readonly rows: Range;
}

/**
 * Some images' unfolded form in pieces that fit the workspace: of several images, or else of some channels of one, or else of
 * some taps of one channel. One tap of one channel, the least, is no larger than a channel of the output.
 */
function piecesOf({ whole, positions }: Geometry, images: Range = whole.images): Piece[] {
  const { channels, taps } = whole;
  const fitting = (elements: number) => Math.floor(WORKSPACE_BYTES / 4 / Math.max(1, elements));
  return cut(images, fitting(channels.count * taps.count * positions)).flatMap((images) =>
    cut(channels, fitting(taps.count * positions)).flatMap((channels) =>
      cut(taps, fitting(positions)).map((some) => {
        const first = channels.first * taps.count + some.first;
        return { images, channels, taps: some, rows: { first, count: channels.count * some.count } };
      }),
    ),
  );
}

/** A range in pieces of at most `most`, or of 1 if that is less; what is empty is one piece. */
function cut({ first, count }: Range, most: number): Range[] {
  const length = Math.max(1, Math.min(most, count));
  return Array.from({ length: Math.max(1, Math.ceil(count / length)) }, (_, index) => ({
    first: first + index * length,
    count: Math.min(length, count - index * length),
  }));
}

/** `conv2d` into y [N, O, OH, OW]. */
export function unfoldedConv2d(
  y: Tensor,
  x: Tensor,
  weight: Tensor,
  window: Window,
  { bias, relu = false }: Epilogue,
  variant?: MatmulVariant,
): Tensor {
  const geometry = geometryOf(x.shape, weight.shape, window);
  const { outputs, depth, positions } = geometry;
  for (const piece of piecesOf(geometry)) {
    const { images, rows } = piece;
    const columns = im2col(x, window, piece);
    const product = {
      batches: 1,
      rows: outputs,
      columns: images.count * positions,
      outer: 1,
      inner: rows.count,
      group: positions,
      a: { start: rows.first, row: depth, inner: 1 },
      b: { inner: positions, group: rows.count * positions, column: 1 },
      c: { start: images.first * outputs * positions, row: positions, group: outputs * positions, column: 1 },
    };
    // The terms of a sum may lie in several pieces: the first begins with the bias, the last ends with the ReLU.
    const accumulate = rows.first > 0;
    const last = rows.first + rows.count === depth;
    const epilogue = { accumulate, relu: last && relu, ...(bias && !accumulate && { bias }) };
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
  const { outputs, depth, positions } = geometry;
  for (const piece of piecesOf(geometry)) {
    const { images, rows } = piece;
    const columns = new Tensor(weight.device, [images.count, rows.count, positions]);
    const product = {
      batches: 1,
      rows: rows.count,
      columns: images.count * positions,
      outer: 1,
      inner: outputs,
      group: positions,
      a: { start: rows.first, row: 1, inner: depth },
      b: {
        start: images.first * outputs * positions,
        inner: positions,
        group: outputs * positions,
        column: 1,
      },
      c: { row: positions, group: rows.count * positions, column: 1 },
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
  const { whole, outputs, depth, positions } = geometry;
  if (partial.size === 0) return;
  cut(whole.images, chunk).forEach((ofChunk, index) => {
    for (const piece of piecesOf(geometry, ofChunk)) {
      const { images, rows } = piece;
      const columns = im2col(x, window, piece);
      const product = {
        batches: 1,
        rows: outputs,
        columns: rows.count,
        outer: images.count,
        inner: positions,
        group: rows.count,
        a: {
          start: images.first * outputs * positions,
          row: positions,
          outer: outputs * positions,
          inner: 1,
        },
        b: { outer: rows.count * positions, inner: 1, column: positions },
        c: { start: index * outputs * depth + rows.first, row: depth, column: 1 },
      };
      const accumulate = images.first > ofChunk.first;
      multiplyInto(partial, outputGradient, columns, product, { accumulate }, variant);
      columns.dispose();
    }
  });
}
