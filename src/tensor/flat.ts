/** Tensors side by side in one buffer, so that one launch can take all of them for one flat tensor. */
import type { Device } from '../gpu/device.js';
import { ALIGNMENT, aligned } from '../gpu/memory/memory.js';
import { Storage } from './storage.js';
import { Tensor } from './tensor.js';
import { keep } from './tidy.js';

/** A number of elements: each tensor begins at a multiple of it, since memory is bound at multiples of `ALIGNMENT` bytes. */
export const BLOCK = ALIGNMENT / 4;

/** The number of blocks that `elements` elements take. */
export const blocksOf = (elements: number): number => aligned(4 * elements) / ALIGNMENT;

/** The element of the flat tensor at which each of `tensors` begins, and the number of elements in all. */
export function flatLayout(tensors: readonly Tensor[]): { starts: number[]; length: number } {
  let length = 0;
  const starts = tensors.map(({ size }) => {
    const start = length;
    length += blocksOf(size) * BLOCK;
    return start;
  });
  return { starts, length };
}

/**
 * Move tensors of type f32 into one buffer, laid out as `flatLayout` says, and return a tensor over all of it. That one borrows
 * their memory: the last of them that is disposed of gives it back.
 */
export function moveTogether(device: Device, tensors: readonly Tensor[]): Tensor {
  const { starts, length } = flatLayout(tensors);
  const whole = new Tensor(device, [length]);
  tensors.forEach((tensor, index) => {
    tensor.moveInto(whole, starts[index] as number);
  });
  const { buffer, offset, size } = whole.memory;
  const borrowed = new Storage({ buffer, offset, size, release: () => {} });
  const flat = keep(new Tensor(device, [length], 'f32', borrowed));
  whole.dispose();
  // Buffers of the sizes that they had will not be asked for again.
  device.trim();
  return flat;
}

/**
 * One tensor over the memory of `tensors`, of type f32, laid out as `flatLayout` says. Undefined where that cannot be: if one of
 * them was not made while this program is recorded, and so has its place already, or a launch reads one and writes another.
 */
export function joined(device: Device, tensors: readonly Tensor[]): Tensor | undefined {
  const memory = device.join(
    tensors.map(({ memory }) => memory),
    `memory of ${tensors.length} tensors side by side`,
  );
  return memory && new Tensor(device, [flatLayout(tensors).length], 'f32', new Storage(memory));
}
