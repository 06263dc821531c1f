import type { Device } from '../../gpu/device.js';
import type { Constants } from '../../gpu/shaders/shader.js';
import type { Shape, Window } from '../../tensor/shape.js';
import { Tensor } from '../../tensor/tensor.js';
import { defineKernel, elementCost, launch } from '../kernel.js';
import {
  inputGrid,
  inputSize,
  outputGrid,
  outputSize,
  pooledShape,
  poolParams,
  poolParamsOf,
  storesQuads,
  wideGrid,
  windowConstants,
} from './pool-window.js';

/** The mean of each window. */
export const avgPoolForward = defineKernel({
  name: 'avgPool.forward',
  shader: 'pools/avg_pool.wgsl',
  entryPoint: 'forward',
  bindings: { x: 'read', y: 'write' },
  params: poolParams,
  grid: outputGrid,
  cost: (params) => elementCost(inputSize(params) + outputSize(params), inputSize(params)),
});

/** Each element of dx adds up its share of dy from the windows that hold it. */
export const avgPoolBackward = defineKernel({
  name: 'avgPool.backward',
  shader: 'pools/avg_pool.wgsl',
  entryPoint: 'backward',
  bindings: { output_gradient: 'read', input_gradient: 'write' },
  params: poolParams,
  grid: inputGrid,
  cost: (params) => elementCost(outputSize(params) + inputSize(params), inputSize(params)),
});

/** The same, two rows of four elements a thread. */
export const avgPoolBackwardWide = defineKernel({
  name: 'avgPool.backwardWide',
  shader: 'pools/avg_pool.wgsl',
  entryPoint: 'backward_wide',
  bindings: { output_gradient: 'read', input_gradient_quads: 'write' },
  params: poolParams,
  grid: wideGrid,
  cost: avgPoolBackward.cost,
});

const constantsOf = (device: Device, window: Window, countPadding: boolean): Constants => ({
  ...windowConstants(device, window),
  COUNT_PADDING: countPadding,
});

/**
 * The mean of each window of x [N, C, H, W]; zeros in the padding count as elements if `countPadding`.
 * @throws ShapeError when x has other axes, or not even one window fits
 */
export function avgPool(x: Tensor, window: Window, countPadding: boolean): Tensor {
  const params = poolParamsOf('avgPool2d', x.shape, window);
  const y = new Tensor(x.device, pooledShape(x.shape, params));
  launch(avgPoolForward, { x, y }, params, constantsOf(x.device, window, countPadding));
  return y;
}

/** The gradient of `avgPool` at its input, from that at its output. */
export function avgPoolGradient(
  outputGradient: Tensor,
  inputShape: Shape,
  window: Window,
  countPadding: boolean,
): Tensor {
  const { device } = outputGradient;
  const inputGradient = new Tensor(device, inputShape);
  const sizes = poolParamsOf('avgPool2d', inputShape, window);
  const given = { output_gradient: outputGradient };
  const constants = constantsOf(device, window, countPadding);
  if (storesQuads(device, window, sizes)) {
    launch(avgPoolBackwardWide, { ...given, input_gradient_quads: inputGradient }, sizes, constants);
  } else {
    launch(avgPoolBackward, { ...given, input_gradient: inputGradient }, sizes, constants);
  }
  return inputGradient;
}
