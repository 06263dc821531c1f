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

/** A new tensor with the values of `x`, f32 or f16, in this type: rounded, where that is f16. */
export function cast(x: Tensor, dtype: 'f32' | 'f16'): Tensor {
  const y = new Tensor(x.device, x.shape, dtype);
  launch(castKernel, { x, y }, { size: x.size });
  return y;
}
