import { checkOptions, type Rules } from '../../../errors/check-options.js';
import { ShapeError } from '../../../errors/errors.js';
import { checkOperands } from '../../../kernels/check.js';
import {
  localConv2d as forward,
  localConv2dInputGradient,
  localConv2dWeightGradient,
} from '../../../kernels/products/local-conv2d.js';
import { sumOver } from '../../../kernels/reductions/reduce.js';
import {
  checkRank,
  formatShape,
  type Pair,
  sameShape,
  WINDOW_RULES,
  type Window,
  windowedSize,
  windowOf,
} from '../../../tensor/shape.js';
import type { Tensor } from '../../../tensor/tensor.js';
import { factorsOf, putOnTape } from '../../tape.js';

/** Where the filters of `localConv2d` are applied; each number or pair is for rows and columns. */
export interface LocalConv2dOptions {
  /** Elements from one window to the next (default 1). */
  stride?: Pair;
  /** Zeros around the image on each side (default 0). */
  padding?: Pair;
}

/** What these must be. */
const OPTIONS: Rules<LocalConv2dOptions> = { stride: WINDOW_RULES.stride, padding: WINDOW_RULES.padding };

/**
 * A convolution that shares no weights: at each output position p = (row, column) another filter bank is applied,
 *
 *   y[n][o][p] = bias[o][p] + sum over c, i, j of weight[p][o][c][i][j] x[n][c][p stride - padding + (i, j)]
 *
 * x `[N, C, H, W]`, weight `[OH, OW, O, C, KH, KW]`, bias `[O, OH, OW]` or null, result `[N, O, OH, OW]`,
 * stored as activations are on this device.
 *
 * @throws ShapeError when channels differ, the kernel does not fit the padded image, or the weight is not for this many
 *   output positions; ArgumentError when a parameter is not f32, x is of integers, or an option is out of
 *   range
 */
export function localConv2d(
  x: Tensor,
  weight: Tensor,
  bias: Tensor | null,
  options: LocalConv2dOptions = {},
): Tensor {
  checkRanks(x, weight, bias);
  checkOptions('localConv2d', options, OPTIONS);
  const window = windowOf('localConv2d', {
    kernelSize: [weight.shape[4] as number, weight.shape[5] as number],
    ...options,
  });
  checkSizes(x, weight, bias, window);
  const y = forward(x, weight, bias, window);

  // dbias[o][p] = sum over n of dy[n][o][p],  dweight[p][o][c][i][j] = sum over n of dy[n][o][p] x[n][c][at p, i, j],
  // dx[n][c][.] = sum of dy[n][o][p] weight[p][o][c][i][j] over all o and all p, i, j that read it
  const inputs = bias ? [x, weight, bias] : [x, weight];
  return putOnTape(
    'localConv2d',
    y,
    inputs,
    (dy) => [
      x.requiresGrad ? localConv2dInputGradient(dy, weight, x.shape, window) : null,
      weight.requiresGrad ? localConv2dWeightGradient(dy, x, weight.shape, window) : null,
      bias?.requiresGrad ? sumOver(dy, [0]) : null,
    ],
    { reads: factorsOf(x, weight) },
  );
}

function checkRanks(x: Tensor, weight: Tensor, bias: Tensor | null): void {
  checkOperands('localConv2d', x, weight, bias);
  checkRank('localConv2d', 'input', x.shape, 4, '[N, C, H, W]');
  checkRank('localConv2d', 'weight', weight.shape, 6, '[OH, OW, O, C, KH, KW]');
}

function checkSizes(x: Tensor, weight: Tensor, bias: Tensor | null, window: Window): void {
  const [, channels, height = 0, width = 0] = x.shape;
  const [rows, columns, outputs, expected] = weight.shape;
  if (channels !== expected) {
    throw new ShapeError(
      'localConv2d',
      `input ${formatShape(x.shape)} has ${channels} channels, ` +
        `weight ${formatShape(weight.shape)} expects ${expected}`,
    );
  }
  const size = windowedSize('localConv2d', [height, width], window);
  if (!sameShape(size, [rows, columns])) {
    throw new ShapeError(
      'localConv2d',
      `input ${formatShape(x.shape)} has ${size.join(' x ')} output positions, weight ` +
        `${formatShape(weight.shape)} is for ${rows} x ${columns}; give it images of the size it was made for`,
    );
  }
  if (bias && !sameShape(bias.shape, [outputs, rows, columns])) {
    throw new ShapeError(
      'localConv2d',
      `bias ${formatShape(bias.shape)} for weight ${formatShape(weight.shape)}, ` +
        `expected ${formatShape([outputs, rows, columns])}`,
    );
  }
}
