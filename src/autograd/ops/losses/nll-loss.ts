import { checkOptions } from '../../../errors/check-options.js';
import { ShapeError } from '../../../errors/errors.js';
import { checkDType, checkFloats } from '../../../kernels/check.js';
import { choose } from '../../../kernels/elementwise/choose.js';
import { compare } from '../../../kernels/elementwise/compare.js';
import { filled } from '../../../kernels/fill.js';
import { gather as gatherKernel } from '../../../kernels/indexing/gather.js';
import { checkOneDevice } from '../../../tensor/check.js';
import { formatShape, sameShape } from '../../../tensor/shape.js';
import type { Tensor } from '../../../tensor/tensor.js';
import { cast } from '../cast.js';
import { divide } from '../elementwise/divide.js';
import { neg } from '../elementwise/functions.js';
import { multiply } from '../elementwise/multiply.js';
import { where } from '../elementwise/where.js';
import { gather } from '../indexing/gather.js';
import { reshape } from '../layout/reshape.js';
import { sum } from '../reductions/sum.js';
import { LABEL_LOSS_RULES, type LabelLossOptions } from './cross-entropy.js';
import { reduced } from './reduction.js';

/**
 * loss = -1/N sum_n x[n, label[n]], the negative log-likelihood of the labels, where x is the logarithms of probabilities, as
 * `logSoftmax` makes them; `crossEntropy` is both in one. PyTorch's `nll_loss`.
 *
 * x `[N, K]`; labels `[N]` of type u32. What is said at `crossEntropy` of labels that are no class, and of rows that are all ignored,
 * holds here too. The loss is f32.
 * @throws ShapeError for other shapes, also of the weights, ArgumentError for other types, and for options that there are not
 */
export function nllLoss(x: Tensor, labels: Tensor, options: LabelLossOptions = {}): Tensor {
  checkOptions('nllLoss', options, LABEL_LOSS_RULES);
  const { ignoreIndex, weight, reduction = 'mean' } = options;
  checkShapes(x, labels, weight);
  const { device } = x;
  const ignored = ignoreIndex === undefined ? null : compare('eq', labels, ignoreIndex);
  // What is ignored may be no class: it is taken for the first one, and left out afterwards.
  const classes = ignored ? choose(ignored, filled(device, [], 0, 'u32'), labels) : labels;
  const without = (rows: Tensor) => (ignored ? where(ignored, 0, rows) : rows);
  const taken = reshape(gather(x, 1, classes.view([labels.size, 1])), [labels.size]);
  const weights = weight && gatherKernel(weight, 0, classes);
  const losses = neg(cast(taken, 'f32'));
  const counting = without(weights ? multiply(losses, weights) : losses);
  if (reduction !== 'mean' || !(ignored || weights)) return reduced('nllLoss', () => counting, { reduction });
  return divide(sum(counting), sum(without(weights ?? filled(device, [labels.size], 1))));
}

function checkShapes(x: Tensor, labels: Tensor, weight: Tensor | undefined): void {
  checkFloats('nllLoss', 'x', x);
  checkDType('nllLoss', 'labels', labels, 'u32');
  checkOneDevice('nllLoss', { x, labels, weight });
  const [rows, classes] = x.shape;
  if (x.rank !== 2 || x.size === 0 || labels.rank !== 1 || labels.size !== rows) {
    const shapes = `x ${formatShape(x.shape)} and labels ${formatShape(labels.shape)}`;
    throw new ShapeError('nllLoss', `${shapes}; expected x [N, K] and labels [N], N and K at least 1`);
  }
  if (weight && !sameShape(weight.shape, [classes as number])) {
    const shape = formatShape(weight.shape);
    throw new ShapeError('nllLoss', `weight ${shape} for ${classes} classes, expected [${classes}]`);
  }
}
