import { ShapeError } from '../../../errors/errors.js';
import { biasGradient } from '../../../kernels/bias.js';
import { checkDType } from '../../../kernels/check.js';
import {
  conv2dInputGradient,
  conv2dParameterGradients,
  conv2d as forward,
} from '../../../kernels/products/conv2d.js';
import { reluGradient } from '../../../kernels/relu.js';
import { checkRank, formatShape, type Pair, type Window, windowOf } from '../../../tensor/shape.js';
import type { Tensor } from '../../../tensor/tensor.js';
import { isCut, isRectified, markCut, markRectified } from '../../rectified.js';
import { record } from '../../tape.js';

export interface Conv2dOptions {
  stride?: Pair;
  padding?: Pair;
  dilation?: Pair;
  /** Follow with a ReLU in the same dispatch. */
  relu?: boolean;
}

/**
 * y[n][o] = bias[o] + sum over c of weight[o][c] (x) x[n][c], where (x) is cross-correlation, as in PyTorch; then
 * optionally max(y, 0). A 1 x 1 kernel with stride 1 and no padding runs as one dispatch, without copying its input.
 *
 * x `[N, C, H, W]`, weight `[O, C, KH, KW]`, bias `[O]` or null, result `[N, O, OH, OW]`.
 * @throws ShapeError when channels differ, or the kernel does not fit the padded image
 */
export function conv2d(x: Tensor, weight: Tensor, bias: Tensor | null, options: Conv2dOptions = {}): Tensor {
  const { relu = false, ...rest } = options;
  checkOperands(x, weight, bias);
  const window = windowOf('conv2d', {
    kernelSize: [weight.shape[2] as number, weight.shape[3] as number],
    ...rest,
  });
  const y = forward(x, weight, bias, window, relu);

  // dz = dy * [y > 0] behind the ReLU
  // dbias[o] = sum of dz[:, o],  dweight[o][c] = sum over n of dz[n][o] (x) x[n][c],  dx[n][c] = sum over o of dz[n][o] * weight[o][c]
  record('conv2d', y, bias ? [x, weight, bias] : [x, weight], (dy) => {
    const dz = relu && !isCut(dy) ? reluGradient(y, dy) : dy;
    const dx = x.requiresGrad ? inputGradient(dz, weight, x, window) : null;
    const { weight: dWeight, bias: dBias } = parameterGradients(dz, x, weight, bias, window);
    if (dz !== dy) dz.dispose();
    return [dx, dWeight, dBias];
  });
  return relu ? markRectified(y) : y;
}

/** Of those parameters that want one. */
function parameterGradients(dz: Tensor, x: Tensor, weight: Tensor, bias: Tensor | null, window: Window) {
  const withBias = bias?.requiresGrad === true;
  if (weight.requiresGrad) return conv2dParameterGradients(dz, x, weight.shape, window, withBias);
  return { weight: null, bias: withBias ? biasGradient(dz) : null };
}

/** dx, cut where x came out of a ReLU as 0. */
const inputGradient = (dz: Tensor, weight: Tensor, x: Tensor, window: Window): Tensor =>
  isRectified(x)
    ? markCut(conv2dInputGradient(dz, weight, x.shape, window, x))
    : conv2dInputGradient(dz, weight, x.shape, window);

function checkOperands(x: Tensor, weight: Tensor, bias: Tensor | null): void {
  checkDType('conv2d', 'input', x);
  checkDType('conv2d', 'weight', weight);
  checkRank('conv2d', 'input', x.shape, 4, '[N, C, H, W]');
  checkRank('conv2d', 'weight', weight.shape, 4, '[O, C, KH, KW]');
  if (x.shape[1] !== weight.shape[1]) {
    throw new ShapeError(
      `conv2d: input ${formatShape(x.shape)} has ${x.shape[1]} channels, ` +
        `weight ${formatShape(weight.shape)} expects ${weight.shape[1]}`,
    );
  }
  if (bias && (bias.rank !== 1 || bias.size !== weight.shape[0])) {
    throw new ShapeError(
      `conv2d: bias ${formatShape(bias.shape)} for weight ${formatShape(weight.shape)}, expected [${weight.shape[0]}]`,
    );
  }
}
