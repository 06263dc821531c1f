import { checkOptions, type Rules } from '../../../errors/check-options.js';
import { ShapeError } from '../../../errors/errors.js';
import { boolean } from '../../../errors/rules.js';
import { biasGradient } from '../../../kernels/bias-gradient.js';
import { checkOperands } from '../../../kernels/check.js';
import { conv2dInputGradient, conv2d as forward } from '../../../kernels/products/conv2d.js';
import { conv2dParameterGradients } from '../../../kernels/products/conv2d-parameter-gradients.js';
import { checkRank, formatShape, type Window } from '../../../tensor/shape.js';
import type { Tensor } from '../../../tensor/tensor.js';
import { factorsOf, maskOf, putOnTape } from '../../tape.js';
import { appliedRelu } from '../elementwise/relu.js';
import {
  CONVOLUTION_RULES,
  type ConvolutionOptions,
  checkGroups,
  convolutionWindow,
} from './convolution-window.js';

/** Where the kernel of `conv2d` is applied, and what follows. */
export interface Conv2dOptions extends ConvolutionOptions {
  /** Follow with a ReLU in the same launch (default false). */
  relu?: boolean;
}

/** What these must be. */
const OPTIONS: Rules<Conv2dOptions> = { ...CONVOLUTION_RULES, relu: boolean };

/**
 * y[n][o] = bias[o] + sum over c of weight[o][c] (x) x[n][c], where (x) is cross-correlation, as in PyTorch; then
 * optionally max(y, 0). All of it is one launch, which reads the images through a sliding window and unfolds none.
 *
 * x `[N, C, H, W]`, weight `[O, C / groups, KH, KW]`, bias `[O]` or null, result `[N, O, OH, OW]`, stored as activations are on
 * this device: f16 in medium precision, where it has that. With `groups`, both channels and outputs are cut into as many equal
 * parts, in their order, and the sum runs over the channels of the output's own part: with as many groups as channels it is
 * depthwise.
 * @throws ShapeError when channels differ, or the kernel does not fit the padded image; ArgumentError when a parameter is not
 *   f32, x is of integers, an option is out of range, or the outputs cannot be shared out to the groups
 */
export function conv2d(x: Tensor, weight: Tensor, bias: Tensor | null, options: Conv2dOptions = {}): Tensor {
  checkOptions('conv2d', options, OPTIONS);
  const { relu = false, groups = 1, ...rest } = options;
  checkShapes(x, weight, bias, groups);
  const [outputs = 0, , rows = 0, columns = 0] = weight.shape;
  checkGroups('conv2d', groups, { outputs });
  const window = convolutionWindow('conv2d', [rows, columns], rest);
  const y = forward(x, weight, bias, window, relu);

  // dbias[o] = sum of dy[:, o],  dweight[o][c] = sum over n of dy[n][o] (x) x[n][c],  dx[n][c] = sum over o of dy[n][o] * weight[o][c]
  const mask = maskOf(x);
  const backward = (dy: Tensor) => {
    const dx = x.requiresGrad ? conv2dInputGradient(dy, weight, x.shape, window, mask) : null;
    const { weight: dWeight, bias: dBias } = parameterGradients(dy, x, weight, bias, window);
    return [dx, dWeight, dBias];
  };
  putOnTape('conv2d', y, bias ? [x, weight, bias] : [x, weight], backward, {
    reads: mask && x.requiresGrad ? [x, weight] : factorsOf(x, weight),
    appliesMaskOf: x,
  });
  return relu ? appliedRelu(y) : y;
}

/** The gradients of those parameters that require one. */
function parameterGradients(dy: Tensor, x: Tensor, weight: Tensor, bias: Tensor | null, window: Window) {
  const withBias = bias?.requiresGrad === true;
  if (weight.requiresGrad) return conv2dParameterGradients(dy, x, weight.shape, window, withBias);
  return { weight: null, bias: withBias ? biasGradient(dy) : null };
}

function checkShapes(x: Tensor, weight: Tensor, bias: Tensor | null, groups: number): void {
  checkOperands('conv2d', x, weight, bias);
  checkRank('conv2d', 'input', x.shape, 4, '[N, C, H, W]');
  checkRank('conv2d', 'weight', weight.shape, 4, '[O, C, KH, KW]');
  const expected = groups * (weight.shape[1] as number);
  if (x.shape[1] !== expected) {
    const inGroups = groups > 1 ? ` in ${groups} groups` : '';
    throw new ShapeError(
      'conv2d',
      `input ${formatShape(x.shape)} has ${x.shape[1]} channels, ` +
        `weight ${formatShape(weight.shape)}${inGroups} expects ${expected}`,
    );
  }
  if (bias && (bias.rank !== 1 || bias.size !== weight.shape[0])) {
    throw new ShapeError(
      'conv2d',
      `bias ${formatShape(bias.shape)} for weight ${formatShape(weight.shape)}, expected [${weight.shape[0]}]`,
    );
  }
}
