import type { Constants } from '../gpu/shader.js';
import type { Shape, Window } from '../tensor/shape.js';
import { Tensor } from '../tensor/tensor.js';
import { defineKernel, elementCost, run } from './kernel.js';
import { planeGrid } from './planes.js';
import { inputSize, outputSize, pooledShape, poolParams, poolSizes, windowConstants } from './pool-window.js';

export const avgPoolForward = defineKernel({
  name: 'avgPool.forward',
  shader: 'avg_pool.wgsl',
  entryPoint: 'forward',
  bindings: { x: 'read', y: 'write' },
  params: poolParams,
  grid: ({ planes, output_height, output_width }) => planeGrid(planes, output_height * output_width),
  cost: (sizes) => elementCost(inputSize(sizes) + outputSize(sizes), inputSize(sizes)),
});

export const avgPoolBackward = defineKernel({
  name: 'avgPool.backward',
  shader: 'avg_pool.wgsl',
  entryPoint: 'backward',
  bindings: { output_gradient: 'read', input_gradient: 'write' },
  params: poolParams,
  grid: ({ planes, input_height, input_width }) => planeGrid(planes, input_height * input_width),
  cost: (sizes) => elementCost(outputSize(sizes) + inputSize(sizes), inputSize(sizes)),
});

const constantsOf = (window: Window, countPadding: boolean): Constants => ({
  ...windowConstants(window),
  COUNT_PADDING: countPadding,
});

/** The mean of each window of x [N, C, H, W]; zeros in the padding count as elements if `countPadding`. */
export function avgPool(x: Tensor, window: Window, countPadding: boolean): Tensor {
  const sizes = poolSizes('avgPool2d', x.shape, window);
  const y = new Tensor(x.device, pooledShape(x.shape, sizes));
  run(avgPoolForward, { x, y }, sizes, constantsOf(window, countPadding));
  return y;
}

/** The gradient of `avgPool` at its input, from that at its output. */
export function avgPoolGradient(
  outputGradient: Tensor,
  inputShape: Shape,
  window: Window,
  countPadding: boolean,
): Tensor {
  const inputGradient = new Tensor(outputGradient.device, inputShape);
  run(
    avgPoolBackward,
    { output_gradient: outputGradient, input_gradient: inputGradient },
    poolSizes('avgPool2d', inputShape, window),
    constantsOf(window, countPadding),
  );
  return inputGradient;
}
