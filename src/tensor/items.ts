import { checkTensor } from './check.js';
import { type Tensor, valuesOf } from './tensor.js';

/**
 * The values of several tensors on one device, one at least, each as its `toArray` gives them. All come by one copy, once
 * everything that was launched so far has run; what is launched after this call does not disturb it.
 */
export async function arrays(...tensors: readonly Tensor[]): Promise<(Float32Array | Uint32Array)[]> {
  const parts = tensors.map((tensor) => {
    checkTensor('arrays', 'a tensor', tensor);
    const { buffer, offset } = tensor.memory;
    return { buffer, bytes: tensor.bytes, byteOffset: offset };
  });
  const copies = await (tensors[0] as Tensor).device.readAll(parts);
  return copies.map((copy, index) => valuesOf(copy, (tensors[index] as Tensor).dtype));
}

/** The values of two f32 tensors with one element each, which a loop that asks for two `item()`s at every step is glad of. */
export async function items(one: Tensor, other: Tensor): Promise<[number, number]> {
  for (const tensor of [one, other]) checkTensor('items', 'a tensor', tensor, 'f32');
  const [first, second] = await arrays(one, other);
  return [first?.[0] as number, second?.[0] as number];
}
