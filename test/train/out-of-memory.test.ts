import { describe, expect, it, vi } from 'vitest';
import { glyphs } from '../../src/data/glyphs/glyphs.js';
import { Device } from '../../src/gpu/device.js';
import { OutOfMemoryError } from '../../src/gpu/gpu-errors.js';
import { standardisedImages } from '../../src/train/run/data/run-images.js';
import { assemble } from '../../src/train/run/session.js';
import { SEED, tinyConfig } from './run/tiny-run.js';

/** A machine with that much memory; the software adapter has no more. */
const machine = vi.hoisted(() => ({ bytes: 4 * 2 ** 20 }));

vi.mock('node:os', async (original) => ({
  ...(await original<typeof import('node:os')>()),
  totalmem: () => machine.bytes,
}));

/** Take a step of so many images. */
async function step(batch: number): Promise<void> {
  const device = await Device.create({ seed: SEED });
  try {
    // A GPU would have its own memory, and not tell how much.
    expect(device.capacity).toBe(device.adapter.software ? machine.bytes : Number.POSITIVE_INFINITY);
    const images = standardisedImages(glyphs({ train: batch, test: 8 }));
    const { trainer } = assemble({ ...tinyConfig, batch }, device, images);
    for await (const _ of trainer.epoch());
  } finally {
    device.destroy();
  }
}

describe('a training step for which there is no room', () => {
  it('is refused before it runs, with what it needs and the largest batch that fits', async () => {
    const error = await step(400).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(OutOfMemoryError);
    const [, needed, free, largest] =
      /^a step of 400 images needs ([\d.]+) MiB of device memory, and ([\d.]+) MiB are free: the largest batch that fits is (\d+)$/.exec(
        (error as Error).message,
      ) ?? [];
    expect(Number(needed)).toBeGreaterThan(Number(free));
    await step(Number(largest));
    await expect(step(Number(largest) + 1)).rejects.toThrow(OutOfMemoryError);
  });
});
