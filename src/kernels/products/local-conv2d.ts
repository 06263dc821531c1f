import { type Shape, sizeOf, type Window, windowedSize } from '../../tensor/shape.js';
import { Tensor } from '../../tensor/tensor.js';
import { broadcastTo } from '../elementwise/elementwise.js';
import { storedDType } from '../stored-dtype.js';
import type { Range } from './im2col.js';
import { localConv2dDirect } from './local-conv2d-direct.js';
import { foldPatches, unfoldPatches } from './local-patches.js';
import { multiplyInto } from './matmul.js';

/**
 * Locally connected convolution, whose every output position p has weights of its own: one matrix product for each, all of
 * them in one launch. With the weights of p as a matrix W[p] [O, D], D = C * KH * KW, and what the window at p sees of the
 * images as X[p] [N, D] (see local-patches.ts),
 *
 *   output  Y[p] = W[p] X[p]'          gradients  dX[p] = dY[p]' W[p],   dW[p] = dY[p] X[p]
 *
 * The weight is [OH, OW, O, C, KH, KW], so that each W[p] lies in one piece; Y[p] and dY[p] [O, N] are strewn over
 * [N, O, OH, OW].
 */

/** Patches are many times larger than the images they are of, so a batch is unfolded in pieces of about this many bytes. */
const WORKSPACE_BYTES = 32 * 2 ** 20;

/** Sizes of the products, and the strides of each operand from position to position and along its axes. */
interface Geometry {
  readonly positions: number; // OH * OW
  readonly outputs: number;
  readonly depth: number; // C * KH * KW
  readonly weight: { batch: number; output: number; depth: number };
  readonly output: { batch: number; output: number; image: number };
  /** Consecutive images whose patches fit the workspace; an empty batch is one piece. */
  readonly pieces: readonly Range[];
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
    weight: { batch: outputs * depth, output: depth, depth: 1 },
    output: { batch: 1, output: positions, image: outputs * positions },
    pieces,
  };
}

/**
 * y[n][o][p] = bias[o][p] + sum over c, ky, kx of weight[p][o][c][ky][kx] * x[n][c][window at p].
 * Shapes: x [N, C, H, W], weight [OH, OW, O, C, KH, KW], bias [O, OH, OW], result [N, O, OH, OW].
 */
export function localConv2d(x: Tensor, weight: Tensor, bias: Tensor | null, window: Window): Tensor {
  const direct = localConv2dDirect(x, weight, bias, window);
  if (direct) return direct;
  const [images = 0, , height = 0, width = 0] = x.shape;
  const { positions, outputs, depth, pieces, ...strides } = geometryOf(images, weight.shape);
  const shape = [images, outputs, ...windowedSize('localConv2d', [height, width], window)];
  const dtype = storedDType(x.device);
  // A sum begins with its bias, as that is stored.
  const y = bias ? broadcastTo(bias, shape, 1, dtype) : new Tensor(x.device, shape, dtype);
  for (const piece of pieces) {
    const patches = unfoldPatches(x, window, piece);
    const product = {
      batches: positions,
      rows: outputs,
      columns: piece.count,
      outer: 1,
      inner: depth,
      group: piece.count,
      a: { batch: strides.weight.batch, row: strides.weight.output, inner: strides.weight.depth },
      b: { batch: piece.count * depth, inner: 1, column: depth },
      c: {
        start: piece.first * strides.output.image,
        batch: strides.output.batch,
        row: strides.output.output,
        column: strides.output.image,
      },
    };
    multiplyInto(y, weight, patches, product, { accumulate: bias !== null });
    patches.dispose();
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
  const inputGradient = new Tensor(weight.device, input, outputGradient.dtype);
  for (const piece of pieces) {
    const patches = new Tensor(weight.device, [positions, piece.count, depth]);
    multiplyInto(patches, outputGradient, weight, {
      batches: positions,
      rows: piece.count,
      columns: depth,
      outer: 1,
      inner: outputs,
      group: depth,
      a: {
        start: piece.first * strides.output.image,
        batch: strides.output.batch,
        row: strides.output.image,
        inner: strides.output.output,
      },
      b: { batch: strides.weight.batch, inner: strides.weight.output, column: strides.weight.depth },
      c: { batch: piece.count * depth, row: depth, column: 1 },
    });
    foldPatches(patches, inputGradient, window, piece);
    patches.dispose();
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
    const patches = unfoldPatches(x, window, piece);
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
      b: { batch: piece.count * depth, inner: depth, column: 1 },
      c: { batch: strides.weight.batch, row: strides.weight.output, column: strides.weight.depth },
    };
    multiplyInto(gradient, outputGradient, patches, product, { accumulate: index > 0 });
    patches.dispose();
  });
  return gradient;
}
