import { checkSameShape } from '../../tensor/shape.js';
import type { Tensor } from '../../tensor/tensor.js';
import { defineKernel, elementCost, launch, linearGrid } from '../kernel.js';

/** average = average + weight (value - average), in place. */
export const averageKernel = defineKernel({
  name: 'average.update',
  shader: 'optimizers/average.wgsl',
  entryPoint: 'update',
  bindings: { value: 'read', average: 'write', weight: 'read' },
  params: { size: 'u32' },
  grid: ({ size }) => linearGrid(size),
  cost: ({ size }) => elementCost(3 * size, 3 * size),
});

/**
 * Let an average take a value in.
 * @param average updated in place, of the value's shape
 * @param weight of the value: f32 `[1]`, from 0 to 1
 * @throws ShapeError for other shapes
 */
export function updateAverage(average: Tensor, value: Tensor, weight: Tensor): void {
  checkSameShape('updateAverage', value.shape, average.shape);
  checkSameShape('updateAverage', [1], weight.shape);
  launch(averageKernel, { value, average, weight }, { size: value.size });
}
