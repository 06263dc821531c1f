import type { Device } from '../gpu/device.js';
import type { Shape } from '../tensor/shape.js';
import { type DType, Tensor } from '../tensor/tensor.js';
import { defineKernel, elementCost, launch, linearGrid } from './kernel.js';

const params = { size: 'u32', value: 'f32', word: 'u32' } as const;

/** y = value, in every element. */
export const fillKernel = defineKernel({
  name: 'fill',
  shader: 'fill.wgsl',
  entryPoint: 'fill',
  bindings: { y: 'write' },
  storage: { Stored: ['y'] },
  params,
  grid: ({ size }) => linearGrid(size),
  cost: ({ size }, { Stored }) => elementCost(size, 0, Stored),
});

/** The same of whole numbers. */
export const fillWords = defineKernel({
  name: 'fill.words',
  shader: 'fill.wgsl',
  entryPoint: 'fill_words',
  bindings: { y_words: 'write' },
  params,
  grid: ({ size }) => linearGrid(size),
  cost: ({ size }) => elementCost(size),
});

/** A new tensor with every element `value`, made on the device: no upload, so it can be part of a recorded step. */
export function filled(device: Device, shape: Shape, value: number, dtype: DType = 'f32'): Tensor {
  const y = new Tensor(device, shape, dtype);
  if (dtype === 'u32') launch(fillWords, { y_words: y }, { size: y.size, value: 0, word: value });
  else launch(fillKernel, { y }, { size: y.size, value, word: 0 });
  return y;
}
