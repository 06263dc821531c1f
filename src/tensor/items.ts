import { checkTensor } from './check.js';
import type { Tensor } from './tensor.js';

/**
 * The values of two f32 tensors on one device with one element each, once everything that was launched so far has run. Both come
 * by one copy, which a loop that asks for two `item()`s at every step is glad of.
 */
export async function items(one: Tensor, other: Tensor): Promise<[number, number]> {
  const parts = [one, other].map((tensor) => {
    checkTensor('items', 'a tensor', tensor, 'f32');
    const { buffer, offset } = tensor.memory;
    return { buffer, bytes: 4, byteOffset: offset };
  });
  const copies = await one.device.readAll(parts);
  return copies.map((copy) => new Float32Array(copy)[0]) as [number, number];
}
