import type { Device } from '../gpu/device.js';
import type { Shape } from '../tensor/shape.js';
import { type DType, Tensor } from '../tensor/tensor.js';
import { defineKernel, elementCost, launch, linearGrid } from './kernel.js';

/** y = value, in every element. */
export const fillKernel = defineKernel({
  name: 'fill',
  shader: 'fill.wgsl',
  entryPoint: 'fill',
  bindings: { y: 'write' },
  storage: { Stored: ['y'] },
  params: { size: 'u32', value: 'f32' },
  grid: ({ size }) => linearGrid(size),
  cost: ({ size }, { Stored }) => elementCost(size, 0, Stored),
});

/** A new tensor with every element `value`, made on the device: no upload, so it can be part of a recorded step. */
export function filled(device: Device, shape: Shape, value: number, dtype: DType = 'f32'): Tensor {
  const y = new Tensor(device, shape, dtype);
  launch(fillKernel, { y }, { size: y.size, value });
  return y;
}
