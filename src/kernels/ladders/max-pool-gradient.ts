/** The gradient of max pooling, an element a thread, to be read and measured: the engine runs src/kernels/pools/max-pool.ts. */
import type { Shape } from '../../tensor/shape.js';
import { Tensor } from '../../tensor/tensor.js';
import { defineKernel, launch, linearGrid } from '../kernel.js';

const params = {
  planes: 'i32',
  input_height: 'i32',
  input_width: 'i32',
  output_height: 'i32',
  output_width: 'i32',
  kernel: 'i32',
  stride: 'i32',
} as const;

type Sizes = Readonly<Record<keyof typeof params, number>>;

const inputs = (p: Sizes): number => p.planes * p.input_height * p.input_width;
const outputs = (p: Sizes): number => p.planes * p.output_height * p.output_width;

const declared = {
  shader: 'ladders/max_pool_gradient.wgsl',
  params,
  grid: (sizes: Sizes) => linearGrid(inputs(sizes)),
} as const;

/** Each window is searched for its maximum again. */
export const maxPoolGradientSearch = defineKernel({
  ...declared,
  name: 'ladder.maxPoolSearch',
  entryPoint: 'search',
  bindings: { x: 'read', output_gradient: 'read', input_gradient: 'write' },
  cost: (sizes) => ({ flops: 0, bytes: 4 * (2 * inputs(sizes) + outputs(sizes)) }),
});

/** Where each maximum is was kept. */
export const maxPoolGradientLookUp = defineKernel({
  ...declared,
  name: 'ladder.maxPoolLookUp',
  entryPoint: 'look_up',
  bindings: { argmax: 'read', output_gradient: 'read', input_gradient: 'write' },
  cost: (sizes) => ({ flops: 0, bytes: 4 * (inputs(sizes) + 2 * outputs(sizes)) }),
});

/** A square window without padding or dilation. */
export interface SquareWindow {
  readonly kernel: number;
  readonly stride: number;
}

const sizesOf = ([images, channels, height, width]: Shape, dy: Tensor, window: SquareWindow): Sizes => ({
  planes: (images as number) * (channels as number),
  input_height: height as number,
  input_width: width as number,
  output_height: dy.shape[2] as number,
  output_width: dy.shape[3] as number,
  ...window,
});

/** The gradient at x [N, C, H, W] from that at the output, by x alone. */
export function maxPoolGradientBySearch(x: Tensor, dy: Tensor, window: SquareWindow): Tensor {
  const dx = new Tensor(x.device, x.shape);
  launch(maxPoolGradientSearch, { x, output_gradient: dy, input_gradient: dx }, sizesOf(x.shape, dy, window));
  return dx;
}

/** The same by the argmax, as `maxPoolWithArgmax` makes it. */
export function maxPoolGradientByLookUp(
  argmax: Tensor,
  dy: Tensor,
  input: Shape,
  window: SquareWindow,
): Tensor {
  const dx = new Tensor(dy.device, input);
  launch(
    maxPoolGradientLookUp,
    { argmax, output_gradient: dy, input_gradient: dx },
    sizesOf(input, dy, window),
  );
  return dx;
}
