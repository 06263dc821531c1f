import { Tensor } from '../../tensor/tensor.js';
import { defineKernel, elementCost, launch, linearGrid } from '../kernel.js';
import type { Product } from './product.js';

/** A weight, tap by tap. */
export const weightPack = defineKernel({
  name: 'weight.pack',
  shader: 'products/packing/weight.wgsl',
  entryPoint: 'pack',
  bindings: { weight: 'read', packed: 'write' },
  params: {
    rows: 'u32',
    taps: 'u32',
    channels: 'u32',
    length: 'u32',
    start: 'u32',
    row_step: 'u32',
    tap_step: 'i32',
    channel_step: 'u32',
  },
  grid: ({ rows, length }) => linearGrid(rows * length),
  cost: ({ rows, length, taps, channels }) => elementCost(rows * (length + taps * channels)),
});

/** The same product with the terms of each row of a side by side, and that a: `[rows, terms]`, with room to a multiple of four. */
export function packWeight(weight: Tensor, product: Product): { weight: Tensor; product: Product } {
  const { rows, middle: taps = 1, inner: channels, a } = product;
  const length = 4 * Math.ceil((taps * channels) / 4);
  const pack = new Tensor(weight.device, [rows, length]);
  launch(
    weightPack,
    { weight, packed: pack },
    {
      ...{ rows, taps, channels, length },
      start: a.start ?? 0,
      row_step: a.row,
      tap_step: a.middle ?? 0,
      channel_step: a.inner,
    },
  );
  return { weight: pack, product: { ...product, a: { row: length, middle: channels, inner: 1 } } };
}
