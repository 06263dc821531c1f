import { ShapeError } from '../../../errors/errors.js';
import { checkOperands } from '../../../kernels/check.js';
import { matrixProduct } from '../../../kernels/products/matrix-product.js';
import { sumOver } from '../../../kernels/reductions/reduce.js';
import { storedDType } from '../../../kernels/stored-dtype.js';
import { checkRank, formatShape } from '../../../tensor/shape.js';
import type { Tensor } from '../../../tensor/tensor.js';
import { factorsOf, putOnTape } from '../../tape.js';

/**
 * y = x W' + bias, a fully connected layer; x `[N, I]`, weight W `[O, I]`, bias `[O]` or null, result `[N, O]`; stored as
 * activations are on this device.
 * @throws ShapeError when the shapes do not fit, ArgumentError when a parameter is not f32, or x is of integers
 */
export function linear(x: Tensor, weight: Tensor, bias: Tensor | null): Tensor {
  checkShapes(x, weight, bias);
  const y = matrixProduct(
    x,
    weight,
    { transposeB: true },
    bias ? { bias: { values: bias, per: 'column' } } : {},
    undefined,
    storedDType(x.device),
  );

  // dx = dy W,  dW = dy' x,  dbias = sum of dy over the batch
  return putOnTape(
    'linear',
    y,
    bias ? [x, weight, bias] : [x, weight],
    (dy) => [
      x.requiresGrad ? matrixProduct(dy, weight, {}, {}, undefined, x.dtype) : null,
      weight.requiresGrad ? matrixProduct(dy, x, { transposeA: true }, {}, undefined, 'f32') : null,
      bias?.requiresGrad ? sumOver(dy, [0]) : null,
    ],
    { reads: factorsOf(x, weight) },
  );
}

function checkShapes(x: Tensor, weight: Tensor, bias: Tensor | null): void {
  checkOperands('linear', x, weight, bias);
  checkRank('linear', 'input', x.shape, 2, '[N, I]');
  checkRank('linear', 'weight', weight.shape, 2, '[O, I]');
  if (x.shape[1] !== weight.shape[1]) {
    throw new ShapeError(
      'linear',
      `input ${formatShape(x.shape)} has ${x.shape[1]} features, ` +
        `weight ${formatShape(weight.shape)} expects ${weight.shape[1]}`,
    );
  }
  if (bias && (bias.rank !== 1 || bias.size !== weight.shape[0])) {
    throw new ShapeError(
      'linear',
      `bias ${formatShape(bias.shape)} for weight ${formatShape(weight.shape)}, expected [${weight.shape[0]}]`,
    );
  }
}
