import { checkOptions, type Rules } from '../../../errors/check-options.js';
import { ArgumentError, ShapeError } from '../../../errors/errors.js';
import { biasGradient } from '../../../kernels/bias-gradient.js';
import { checkOperands } from '../../../kernels/check.js';
import { elementwise } from '../../../kernels/elementwise/elementwise.js';
import { conv2d, conv2dInputGradient } from '../../../kernels/products/conv2d.js';
import { conv2dParameterGradients } from '../../../kernels/products/conv2d-parameter-gradients.js';
import { storedDType } from '../../../kernels/stored-dtype.js';
import {
  checkRank,
  formatShape,
  type Pair,
  pair,
  type Shape,
  WINDOW_RULES,
  type Window,
  windowOf,
} from '../../../tensor/shape.js';
import type { Tensor } from '../../../tensor/tensor.js';
import { factorsOf, putOnTape } from '../../tape.js';
import { CONVOLUTION_RULES, checkGroups } from './convolution-window.js';

/** Which convolution `convTranspose2d` is the transpose of; each number or pair is for rows and columns. */
export interface ConvTranspose2dOptions {
  /** Elements of the output from one input to the next (default 1). */
  stride?: Pair;
  /** Rows and columns of the output that are left out on each side (default 0). */
  padding?: Pair;
  /** Rows and columns more below and on the right, fewer than `stride` or `dilation` (default 0). */
  outputPadding?: Pair;
  /** Elements from one tap of the kernel to the next (default 1). */
  dilation?: Pair;
  /** How many groups there are; each output comes only from the channels of its own (default 1: from all of them). */
  groups?: number;
}

/** What these must be. */
export const CONV_TRANSPOSE_RULES: Rules<ConvTranspose2dOptions> = {
  stride: WINDOW_RULES.stride,
  padding: WINDOW_RULES.padding,
  outputPadding: WINDOW_RULES.padding,
  dilation: WINDOW_RULES.dilation,
  groups: CONVOLUTION_RULES.groups,
};

/**
 * The window of the convolution that goes the other way: from the output to the input.
 * @throws ArgumentError when the output padding is too large
 */
export function transposedWindow(
  who: string,
  kernelSize: Pair,
  { stride = 1, padding = 0, outputPadding = 0, dilation = 1 }: ConvTranspose2dOptions,
): Window {
  const window = windowOf(who, { kernelSize, stride, padding, dilation });
  const more = pair(outputPadding);
  if (more.some((count, axis) => count >= Math.max(window.stride[axis]!, window.dilation[axis]!))) {
    const remedy = 'it must be less than the stride or the dilation';
    throw new ArgumentError(who, 'outputPadding', `is ${formatShape(more)}`, remedy);
  }
  const [rows, columns] = window.padding;
  return { ...window, paddingAfter: [rows - more[0], columns - more[1]] };
}

/**
 * The transpose of a convolution: what goes out is as if x were the gradient at the output of a `conv2d` with this weight, and y
 * the one at its input. With a stride it enlarges images:
 *
 *   y[n][o][iy s - p + ky d][ix s - p + kx d] += weight[c][o][ky][kx] * x[n][c][iy][ix], and bias[o] everywhere
 *
 * x `[N, C, H, W]`, weight `[C, O / groups, KH, KW]`, bias `[O]` or null, result `[N, O, OH, OW]`, stored as activations are on
 * this device, with OH = (H - 1) stride - 2 padding + dilation (KH - 1) + outputPadding + 1.
 * @throws ShapeError when channels differ, or nothing is left of the output; ArgumentError when a parameter is not f32, x is of
 *   integers, or an option is out of range
 */
export function convTranspose2d(
  x: Tensor,
  weight: Tensor,
  bias: Tensor | null,
  options: ConvTranspose2dOptions = {},
): Tensor {
  checkOptions('convTranspose2d', options, CONV_TRANSPOSE_RULES);
  const { groups = 1 } = options;
  checkShapes(x, weight, bias, groups);
  const [, ofGroup = 0, rows = 0, columns = 0] = weight.shape;
  const window = transposedWindow('convTranspose2d', [rows, columns], options);
  const shape = [x.shape[0] as number, groups * ofGroup, ...transposedSize(x.shape, window)];
  // What a bias is added to is not rounded before.
  const dtype = bias ? 'f32' : storedDType(x.device);
  const sums = conv2dInputGradient(x, weight, shape, window, undefined, {}, dtype);
  const y = bias ? withBias(sums, bias) : sums;

  // x stands for the gradient of a convolution's output:
  // dx = that convolution of dy, dweight = its weight's gradient, dbias[o] = sum of dy[:, o]
  const backward = (dy: Tensor) => [
    x.requiresGrad ? conv2d(dy, weight, null, window) : null,
    weight.requiresGrad ? conv2dParameterGradients(x, dy, weight.shape, window, false).weight : null,
    bias?.requiresGrad ? biasGradient(dy) : null,
  ];
  return putOnTape('convTranspose2d', y, bias ? [x, weight, bias] : [x, weight], backward, {
    reads: factorsOf(x, weight),
  });
}

/** Rows and columns of the output. */
function transposedSize([, , height = 0, width = 0]: Shape, window: Window): [number, number] {
  const { kernel, stride, padding, paddingAfter = padding, dilation } = window;
  const [rows, columns] = [height, width].map(
    (length, axis) =>
      (length - 1) * stride[axis]! -
      padding[axis]! -
      paddingAfter[axis]! +
      dilation[axis]! * (kernel[axis]! - 1) +
      1,
  ) as [number, number];
  if (rows > 0 && columns > 0) return [rows, columns];
  throw new ShapeError(
    'convTranspose2d',
    `${height} x ${width} with padding ${padding.join(' x ')} leaves an output of ${rows} x ${columns}`,
  );
}

function withBias(sums: Tensor, bias: Tensor): Tensor {
  const column = bias.view([bias.size, 1, 1]);
  const y = elementwise('add', sums, column, storedDType(sums.device));
  for (const tensor of [sums, column]) tensor.dispose();
  return y;
}

function checkShapes(x: Tensor, weight: Tensor, bias: Tensor | null, groups: number): void {
  checkOperands('convTranspose2d', x, weight, bias);
  checkRank('convTranspose2d', 'input', x.shape, 4, '[N, C, H, W]');
  checkRank('convTranspose2d', 'weight', weight.shape, 4, '[C, O / groups, KH, KW]');
  const [channels = 0, ofGroup = 0] = weight.shape;
  if (x.shape[1] !== channels) {
    throw new ShapeError(
      'convTranspose2d',
      `input ${formatShape(x.shape)} has ${x.shape[1]} channels, weight ${formatShape(weight.shape)} expects ${channels}`,
    );
  }
  checkGroups('convTranspose2d', groups, { channels });
  const outputs = groups * ofGroup;
  if (bias && (bias.rank !== 1 || bias.size !== outputs)) {
    throw new ShapeError(
      'convTranspose2d',
      `bias ${formatShape(bias.shape)} for weight ${formatShape(weight.shape)} in ${groups} groups, expected [${outputs}]`,
    );
  }
}
