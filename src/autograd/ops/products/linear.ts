import { ShapeError } from '../../../errors/errors.js';
import { checkOperands } from '../../../kernels/check.js';
import { matrixProduct } from '../../../kernels/products/matrix-product.js';
import { sumOver } from '../../../kernels/reductions/reduce.js';
import { storedDType } from '../../../kernels/stored-dtype.js';
import { checkRank, formatShape, sizeOf } from '../../../tensor/shape.js';
import type { Tensor } from '../../../tensor/tensor.js';
import { factorsOf, putOnTape } from '../../tape.js';
import { reshape } from '../layout/reshape.js';

/**
 * y = x W' + bias, a fully connected layer; x `[..., I]`, weight W `[O, I]`, bias `[O]` or null, result `[..., O]`; stored as
 * activations are on this device.
 * @throws ShapeError when the shapes do not fit, ArgumentError when a parameter is not f32, or x is of integers
 */
export function linear(x: Tensor, weight: Tensor, bias: Tensor | null): Tensor {
  checkShapes(x, weight, bias);
  if (x.rank === 2) return ofRows(x, weight, bias);
  const outer = x.shape.slice(0, -1);
  const rows = reshape(x, [sizeOf(outer), weight.shape[1] as number]);
  return reshape(ofRows(rows, weight, bias), [...outer, weight.shape[0] as number]);
}

/** The same of an x `[N, I]`. */
function ofRows(x: Tensor, weight: Tensor, bias: Tensor | null): Tensor {
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
  checkRank('linear', 'weight', weight.shape, 2, '[O, I]');
  const features = x.shape.at(-1);
  if (features !== weight.shape[1]) {
    throw new ShapeError(
      'linear',
      `input ${formatShape(x.shape)} has ${features ?? 'no'} features, ` +
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
