import { type Shape, sizeOf, type Window, windowedSize } from '../tensor/shape.js';
import { Tensor } from '../tensor/tensor.js';
import { col2im, type Images, im2col } from './im2col.js';
import { type Epilogue, multiplyInto } from './matmul.js';
import { sumOver } from './reduce.js';

/**
 * Convolution as matrix products. With the weight as a matrix W [O, C * KH * KW] and an image unfolded to a matrix
 * X [C * KH * KW, positions] (see im2col.ts):
 *
 *   output  Y  = W X          gradients  dX = W' dY,   dW = sum over images of dY X'
 *
 * A 1 x 1 convolution with stride 1 needs no unfolding: its X is the image itself, and the forward pass is one dispatch.
 */

/** Unfolded images are many times larger than images, so a batch is unfolded in pieces of about this many bytes. */
const WORKSPACE_BYTES = 32 * 2 ** 20;

/** Partial sums of a weight's gradient run side by side until about this many tiles of 16 x 64 are in flight. */
const TILES_IN_FLIGHT = { software: 64, hardware: 1024 };

const isPointwise = ({ kernel, stride, padding }: Window): boolean =>
  [...kernel, ...stride].every((value) => value === 1) && padding.every((value) => value === 0);

/** Sizes of a convolution in the words of its matrix product. */
interface Geometry {
  readonly images: number;
  readonly outputs: number;
  readonly depth: number; // C * KH * KW
  readonly positions: number; // OH * OW
  readonly outputShape: Shape;
  /** Consecutive images whose unfolded form fits the workspace. */
  readonly pieces: readonly Images[];
}

function geometryOf(input: Shape, weight: Shape, window: Window): Geometry {
  const [images = 0, , height = 0, width = 0] = input;
  const outputs = weight[0] as number;
  const size = windowedSize('conv2d', [height, width], window);
  const depth = sizeOf(weight.slice(1));
  const positions = sizeOf(size);
  const most = isPointwise(window)
    ? images
    : Math.max(1, Math.floor(WORKSPACE_BYTES / (4 * depth * positions)));
  const pieces = Array.from({ length: Math.ceil(images / most) }, (_, index) => ({
    first: index * most,
    count: Math.min(most, images - index * most),
  }));
  const outputShape = [images, outputs, ...size];
  return { images, outputs, depth, positions, outputShape, pieces };
}

/** Run `work` on each piece of the batch with its unfolded images; `start` is where they begin in `columns`. */
function forEachPiece(
  x: Tensor,
  window: Window,
  { pieces, depth, positions }: Geometry,
  work: (columns: Tensor, piece: Images, start: number) => void,
): void {
  for (const piece of pieces) {
    if (isPointwise(window)) {
      work(x, piece, piece.first * depth * positions);
    } else {
      const columns = im2col(x, window, piece);
      work(columns, piece, 0);
      columns.dispose();
    }
  }
}

/**
 * y[n][o] = bias[o] + sum over c, ky, kx of weight[o][c][ky][kx] * x[n][c][window], then ReLU if asked.
 * Shapes: x [N, C, H, W], weight [O, C, KH, KW], bias [O], result [N, O, OH, OW].
 */
export function conv2d(x: Tensor, weight: Tensor, bias: Tensor | null, window: Window, relu = false): Tensor {
  const geometry = geometryOf(x.shape, weight.shape, window);
  const { outputs, depth, positions, outputShape } = geometry;
  const y = new Tensor(x.device, outputShape);
  const epilogue: Epilogue = bias ? { bias: { values: bias, per: 'row' }, relu } : { relu };
  forEachPiece(x, window, geometry, (columns, piece, start) => {
    const product = {
      batches: 1,
      rows: outputs,
      columns: piece.count * positions,
      outer: 1,
      inner: depth,
      group: positions,
      a: { row: depth, inner: 1 },
      b: { start, inner: positions, group: depth * positions, column: 1 },
      c: { start: piece.first * outputs * positions, row: positions, group: outputs * positions, column: 1 },
    };
    multiplyInto(y, weight, columns, product, epilogue);
  });
  return y;
}

/** The gradient of `conv2d` at its input, of shape `input`, from that of its output [N, O, OH, OW]. */
export function conv2dInputGradient(
  outputGradient: Tensor,
  weight: Tensor,
  input: Shape,
  window: Window,
): Tensor {
  const { outputs, depth, positions, pieces } = geometryOf(input, weight.shape, window);
  const inputGradient = new Tensor(weight.device, input);
  for (const piece of pieces) {
    const columns = isPointwise(window)
      ? inputGradient
      : new Tensor(weight.device, [piece.count, depth, positions]);
    multiplyInto(columns, weight, outputGradient, {
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
    });
    if (columns !== inputGradient) {
      col2im(columns, inputGradient, window, piece);
      columns.dispose();
    }
  }
  return inputGradient;
}

/**
 * The gradient of `conv2d` at its weight, of shape `weight`, from that of its output [N, O, OH, OW] and its input.
 *
 * The sum runs over all images and positions and its result is small, so it is cut into runs of images, whose sums are
 * computed side by side and then added up in a fixed order.
 */
export function conv2dWeightGradient(
  outputGradient: Tensor,
  x: Tensor,
  weight: Shape,
  window: Window,
): Tensor {
  const geometry = geometryOf(x.shape, weight, window);
  const { images, outputs, depth, positions } = geometry;
  const tiles = Math.ceil(outputs / 16) * Math.ceil(depth / 64);
  const enough = TILES_IN_FLIGHT[x.device.adapter.software ? 'software' : 'hardware'];
  const run = Math.max(1, Math.ceil((images * tiles) / enough));
  const runs = geometry.pieces.reduce((count, piece) => count + Math.ceil(piece.count / run), 0);

  const partial = new Tensor(x.device, [runs, outputs, depth]);
  let slot = 0;
  forEachPiece(x, window, geometry, (columns, piece, start) => {
    const whole = Math.floor(piece.count / run);
    // Runs of equal length share a launch; what is left over is one shorter run.
    for (const { first, batches, outer } of [
      { first: 0, batches: whole, outer: run },
      { first: whole * run, batches: 1, outer: piece.count - whole * run },
    ]) {
      if (batches === 0 || outer === 0) continue;
      const image = { gradient: outputs * positions, columns: depth * positions };
      multiplyInto(partial, outputGradient, columns, {
        batches,
        rows: outputs,
        columns: depth,
        outer,
        inner: positions,
        group: depth,
        a: {
          start: (piece.first + first) * image.gradient,
          batch: run * image.gradient,
          row: positions,
          outer: image.gradient,
          inner: 1,
        },
        b: {
          start: start + first * image.columns,
          batch: run * image.columns,
          outer: image.columns,
          inner: 1,
          column: positions,
        },
        c: { start: slot * outputs * depth, batch: outputs * depth, row: depth, column: 1 },
      });
      slot += batches;
    }
  });

  const gradient = sumOver(partial, [0]);
  partial.dispose();
  const shaped = gradient.view(weight);
  gradient.dispose();
  return shaped;
}
