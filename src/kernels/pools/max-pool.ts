import type { Constants } from '../../gpu/shaders/shader.js';
import type { Shape, Window } from '../../tensor/shape.js';
import { Tensor } from '../../tensor/tensor.js';
import { dropParamsOf } from '../elementwise/dropout.js';
import { defineKernel, launch } from '../kernel.js';
import {
  inputGrid,
  outputGrid,
  outputSize,
  type PoolSizes,
  pooledBytes,
  pooledShape,
  poolParams,
  poolParamsOf,
  storesQuads,
  wideGrid,
  windowConstants,
} from './pool-window.js';

const params = {
  ...poolParams,
  dilation_rows: 'i32',
  dilation_columns: 'i32',
  threshold: 'u32',
  scale: 'f32',
} as const;

/** With a dropout behind the pool each window's maximum, or its gradient, is multiplied by something. */
const withArgmax = (sizes: PoolSizes, bytes: { readonly Stored: number }, { DROP }: Constants) => ({
  flops: DROP === true ? outputSize(sizes) : 0,
  bytes: pooledBytes(sizes, bytes) + 4 * outputSize(sizes),
});

/** The maximum of each window, for evaluation. */
export const maxPoolForward = defineKernel({
  name: 'maxPool.forward',
  shader: 'pools/max_pool.wgsl',
  entryPoint: 'forward',
  bindings: { x: 'read', y: 'write' },
  storage: { Stored: ['x', 'y'] },
  params,
  grid: outputGrid,
  cost: (sizes, bytes) => ({ flops: 0, bytes: pooledBytes(sizes, bytes) }),
});

/** The maximum of each window, and where it is, for training; it may do the work of a dropout behind it too. */
export const maxPoolForwardWithArgmax = defineKernel({
  name: 'maxPool.forwardWithArgmax',
  shader: 'pools/max_pool.wgsl',
  entryPoint: 'forward_with_argmax',
  bindings: { x: 'read', y: 'write', argmax: 'write', key: 'read' },
  storage: { Stored: ['x', 'y'] },
  params,
  grid: outputGrid,
  cost: withArgmax,
});

/** Each element of dx adds up dy over the windows of which it is the maximum. */
export const maxPoolBackward = defineKernel({
  name: 'maxPool.backward',
  shader: 'pools/max_pool.wgsl',
  entryPoint: 'backward',
  bindings: { winners: 'read', output_gradient: 'read', input_gradient: 'write' },
  storage: { Stored: ['output_gradient', 'input_gradient'] },
  params,
  grid: inputGrid,
  cost: withArgmax,
});

/** The same, two rows of four elements a thread. */
export const maxPoolBackwardWide = defineKernel({
  name: 'maxPool.backwardWide',
  shader: 'pools/max_pool.wgsl',
  entryPoint: 'backward_wide',
  bindings: { winners: 'read', output_gradient: 'read', input_gradient_quads: 'write' },
  storage: { Stored: ['output_gradient', 'input_gradient_quads'] },
  params,
  grid: wideGrid,
  cost: withArgmax,
});

/**
 * The values of the parameters for images of `inputShape` [N, C, H, W].
 * @param p probability that a maximum is dropped
 * @throws ShapeError when there are other axes, or not even one window fits
 */
export function maxPoolParamsOf(inputShape: Shape, window: Window, p = 0) {
  const [dilation_rows, dilation_columns] = window.dilation;
  const sizes = poolParamsOf('maxPool2d', inputShape, window);
  return { ...sizes, dilation_rows, dilation_columns, ...dropParamsOf(p) };
}

/** Whether the maximum of each window is dropped: with probability p; which, a key decides. */
export interface DropAfterPool {
  readonly p: number;
  readonly key: Tensor;
}

/**
 * The maximum of each window of x [N, C, H, W].
 * @throws ShapeError when x has other axes, or not even one window fits
 */
export function maxPool(x: Tensor, window: Window): Tensor {
  const sizes = maxPoolParamsOf(x.shape, window);
  const y = new Tensor(x.device, pooledShape(x.shape, sizes), x.dtype);
  launch(maxPoolForward, { x, y }, sizes, windowConstants(x.device, window));
  return y;
}

/**
 * The same, and where each maximum is: u32 positions in the flat x, which the gradient needs.
 * @param options.masked is x the mask of its own gradient, as the output of a ReLU is? Then a maximum that is 0 or below is
 *   nowhere, and passes no gradient on
 * @param options.drop y is what `dropout` makes of the maxima then, and the argmax says as well which it dropped
 * @throws ShapeError as `maxPool` does
 */
export function maxPoolWithArgmax(
  x: Tensor,
  window: Window,
  { masked = false, drop }: { masked?: boolean; drop?: DropAfterPool | undefined } = {},
): { y: Tensor; argmax: Tensor } {
  const sizes = maxPoolParamsOf(x.shape, window, drop?.p);
  const y = new Tensor(x.device, pooledShape(x.shape, sizes), x.dtype);
  const argmax = new Tensor(x.device, y.shape, 'u32');
  launch(maxPoolForwardWithArgmax, { x, y, argmax, key: drop?.key }, sizes, {
    ...windowConstants(x.device, window),
    ...{ MASK: masked, ...(drop && { DROP: true }) },
  });
  return { y, argmax };
}

/**
 * The gradient of `maxPool` at its input, from that at its output and the argmax: `backward` in shaders/pools/max_pool.wgsl.
 * @param p the probability with which maxima were dropped, where the argmax was made so: then it is the gradient of both
 */
export function maxPoolGradient(
  argmax: Tensor,
  outputGradient: Tensor,
  inputShape: Shape,
  window: Window,
  p?: number,
): Tensor {
  const { device } = argmax;
  const inputGradient = new Tensor(device, inputShape, outputGradient.dtype);
  const sizes = maxPoolParamsOf(inputShape, window, p);
  const given = { winners: argmax, output_gradient: outputGradient };
  const constants = { ...windowConstants(device, window), ...(p !== undefined && { DROP: true }) };
  if (storesQuads(device, window, sizes)) {
    launch(maxPoolBackwardWide, { ...given, input_gradient_quads: inputGradient }, sizes, constants);
  } else {
    launch(maxPoolBackward, { ...given, input_gradient: inputGradient }, sizes, constants);
  }
  return inputGradient;
}
