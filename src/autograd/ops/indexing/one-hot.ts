import { checkArgument } from '../../../errors/check-options.js';
import { whole } from '../../../errors/rules.js';
import { checkDType } from '../../../kernels/check.js';
import { oneHot as oneHotKernel } from '../../../kernels/indexing/gather.js';
import type { Tensor } from '../../../tensor/tensor.js';

/**
 * A row for each label, 1 at the label's class and 0 elsewhere: `[...labels.shape, classes]`, f32. All of a row is NaN whose label is
 * no class, which cannot be seen from the host.
 * @param labels u32 of any shape
 * @param classes how many there are, 1 at least
 * @throws ArgumentError when the labels are of floats, or `classes` is not such a number
 */
export function oneHot(labels: Tensor, classes: number): Tensor {
  checkDType('oneHot', 'labels', labels, 'u32');
  checkArgument('oneHot', 'classes', classes, whole(1));
  return oneHotKernel(labels, classes);
}
