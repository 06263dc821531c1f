import { Tensor } from '../../tensor/tensor.js';
import { defineKernel, launch, linearGrid } from '../kernel.js';

/** y = x, in another type. */
export const castKernel = defineKernel({
  name: 'cast',
  shader: 'elementwise/cast.wgsl',
  entryPoint: 'convert',
  bindings: { x: 'read', y: 'write' },
  storage: { StoredX: ['x'], StoredY: ['y'] },
  params: { size: 'u32' },
  grid: ({ size }) => linearGrid(size),
  cost: ({ size }, { StoredX, StoredY }) => ({ flops: 0, bytes: (StoredX + StoredY) * size }),
});

/** The same of whole numbers. */
export const castWords = defineKernel({
  name: 'cast.words',
  shader: 'elementwise/cast.wgsl',
  entryPoint: 'words',
  bindings: { x_words: 'read', y: 'write' },
  storage: { StoredY: ['y'] },
  params: { size: 'u32' },
  grid: ({ size }) => linearGrid(size),
  cost: ({ size }, { StoredY }) => ({ flops: 0, bytes: (4 + StoredY) * size }),
});

/** A new tensor with the values of `x` in this type: rounded to the nearest that it has. */
export function cast(x: Tensor, dtype: 'f32' | 'f16'): Tensor {
  const y = new Tensor(x.device, x.shape, dtype);
  if (x.dtype === 'u32') launch(castWords, { x_words: x, y }, { size: x.size });
  else launch(castKernel, { x, y }, { size: x.size });
  return y;
}
