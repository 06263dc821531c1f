import { checkOptions, type Rules } from '../../../errors/check-options.js';
import { ShapeError } from '../../../errors/errors.js';
import { boolean } from '../../../errors/rules.js';
import { biasGradient } from '../../../kernels/bias-gradient.js';
import { checkOperands } from '../../../kernels/check.js';
import { conv2dInputGradient, conv2d as forward } from '../../../kernels/products/conv2d.js';
import { conv2dParameterGradients } from '../../../kernels/products/conv2d-parameter-gradients.js';
import {
  checkRank,
  formatShape,
  type Pair,
  WINDOW_RULES,
  type Window,
  windowOf,
} from '../../../tensor/shape.js';
import type { Tensor } from '../../../tensor/tensor.js';
import { factorsOf, MASK, maskOf, putOnTape } from '../../tape.js';

/** Where the kernel of `conv2d` is applied, and what follows; each number or pair is for rows and columns. */
export interface Conv2dOptions {
  /** Elements from one window to the next (default 1). */
  stride?: Pair;
  /** Zeros around the image on each side (default 0). */
  padding?: Pair;
  /** Elements from one tap of the kernel to the next (default 1). */
  dilation?: Pair;
  /** Follow with a ReLU in the same launch (default false). */
  relu?: boolean;
}

/** What these must be. */
const OPTIONS: Rules<Conv2dOptions> = {
  stride: WINDOW_RULES.stride,
  padding: WINDOW_RULES.padding,
  dilation: WINDOW_RULES.dilation,
  relu: boolean,
};

/**
 * y[n][o] = bias[o] + sum over c of weight[o][c] (x) x[n][c], where (x) is cross-correlation, as in PyTorch; then
 * optionally max(y, 0). All of it is one launch, which reads the images through a sliding window and unfolds none.
 *
 * x `[N, C, H, W]`, weight `[O, C, KH, KW]`, bias `[O]` or null, result `[N, O, OH, OW]`, stored as activations are
 * on this device: f16 in medium precision, where it has that.
 * @throws ShapeError when channels differ, or the kernel does not fit the padded image; ArgumentError when a parameter is not
 *   f32, x is of integers, or an option is out of range
 */
export function conv2d(x: Tensor, weight: Tensor, bias: Tensor | null, options: Conv2dOptions = {}): Tensor {
  checkShapes(x, weight, bias);
  checkOptions('conv2d', options, OPTIONS);
  const { relu = false, ...rest } = options;
  const window = windowOf('conv2d', {
    kernelSize: [weight.shape[2] as number, weight.shape[3] as number],
    ...rest,
  });
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
  return relu ? withRelu(y) : y;
}

/**
 * Put the ReLU that the kernel has applied on the tape as an op of its own, so that the way back need not know of this shortcut.
 * Its output takes over the memory of its input, whose values were never written down: nobody reads them.
 */
function withRelu(z: Tensor): Tensor {
  if (!z.requiresGrad) return z;
  const y = putOnTape('relu', z.view(z.shape), [z], MASK);
  z.dispose();
  return y;
}

/** The gradients of those parameters that require one. */
function parameterGradients(dy: Tensor, x: Tensor, weight: Tensor, bias: Tensor | null, window: Window) {
  const withBias = bias?.requiresGrad === true;
  if (weight.requiresGrad) return conv2dParameterGradients(dy, x, weight.shape, window, withBias);
  return { weight: null, bias: withBias ? biasGradient(dy) : null };
}

function checkShapes(x: Tensor, weight: Tensor, bias: Tensor | null): void {
  checkOperands('conv2d', x, weight, bias);
  checkRank('conv2d', 'input', x.shape, 4, '[N, C, H, W]');
  checkRank('conv2d', 'weight', weight.shape, 4, '[O, C, KH, KW]');
  if (x.shape[1] !== weight.shape[1]) {
    throw new ShapeError(
      'conv2d',
      `input ${formatShape(x.shape)} has ${x.shape[1]} channels, ` +
        `weight ${formatShape(weight.shape)} expects ${weight.shape[1]}`,
    );
  }
  if (bias && (bias.rank !== 1 || bias.size !== weight.shape[0])) {
    throw new ShapeError(
      'conv2d',
      `bias ${formatShape(bias.shape)} for weight ${formatShape(weight.shape)}, expected [${weight.shape[0]}]`,
    );
  }
}
