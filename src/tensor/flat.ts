/** Tensors side by side in one buffer, so that one launch can take all of them for one flat tensor. */
import type { Device } from '../gpu/device.js';
import { ALIGNMENT, aligned } from '../gpu/memory/memory.js';
import { Storage } from './storage.js';
import { Tensor } from './tensor.js';
import { keep } from './tidy.js';

/** Elements. Each tensor begins at a multiple of as many, since memory is bound at multiples of `ALIGNMENT` bytes. */
export const BLOCK = ALIGNMENT / 4;

/** Blocks that so many elements take. */
export const blocksOf = (elements: number): number => aligned(4 * elements) / ALIGNMENT;

/** From which element of the flat tensor on each one lies, and how many elements there are in all. */
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
 * Move tensors of type f32 into one buffer. The tensor over all of it borrows their memory: the last of them that is disposed of
 * gives it back.
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
 * Tensors of type f32 as one, laid out likewise. Only of tensors made while recording, whose places are planned later, and where
 * no launch reads one of them and writes another; else undefined.
 */
export function joined(device: Device, tensors: readonly Tensor[]): Tensor | undefined {
  const memory = device.join(
    tensors.map(({ memory }) => memory),
    `memory of ${tensors.length} tensors side by side`,
  );
  return memory && new Tensor(device, [flatLayout(tensors).length], 'f32', new Storage(memory));
}
