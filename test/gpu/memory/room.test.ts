import { describe, expect, it } from 'vitest';
import { Device } from '../../../src/gpu/device.js';
import { GpuValidationError, OutOfMemoryError } from '../../../src/gpu/gpu-errors.js';
import { makeWithRoom } from '../../../src/gpu/memory/room.js';
import { relu } from '../../../src/kernels/elementwise/relu.js';
import { from } from '../../../src/tensor/create.js';
import { useDevice } from '../../support/device.js';

/** A GPU that answers like one whose memory is full for some tries; no driver here ever refuses to promise memory. */
function fullGpu(tries: number) {
  const log: string[] = [];
  const scopes: string[] = [];
  const gpu = {
    pushErrorScope: (filter: string) => scopes.push(filter),
    popErrorScope: async () => {
      const filter = scopes.pop();
      if (tries <= 0) return null;
      if (filter === 'out-of-memory') return new GPUOutOfMemoryError('no room');
      tries -= 1;
      return new GPUValidationError('[Buffer "x"] is invalid');
    },
  } as unknown as GPUDevice;
  const make = () => {
    log.push('made');
    return { dispose: () => log.push('disposed of') };
  };
  return { log, outcome: makeWithRoom(gpu, make, () => log.push('trimmed')) };
}

describe('making something with room for it', () => {
  const gpu = useDevice();

  it.each([
    [0, 'made'],
    [1, 'made, disposed of, trimmed, made'],
  ])('succeeds where a GPU is full for %i tries', async (tries, steps) => {
    const { log, outcome } = fullGpu(tries);
    await outcome;
    expect(log.join(', ')).toBe(steps);
  });

  it('fails where a GPU stays full, and leaves nothing', async () => {
    const { log, outcome } = fullGpu(2);
    await expect(outcome).rejects.toThrow(OutOfMemoryError);
    expect(log.join(', ')).toBe('made, disposed of, trimmed, made, disposed of, trimmed');
  });

  it('tells what is wrong for another reason at once', async () => {
    const make = () => {
      gpu.device.gpu.createBuffer({ size: 4, usage: 0x8000_0000 });
      return { dispose: () => {} };
    };
    const failed = makeWithRoom(gpu.device.gpu, make, () => gpu.device.trim());
    await expect(failed).rejects.toThrow(GpuValidationError);
    // It was heard of here, so the device is none the worse.
    gpu.device.check();
  });

  it('lets what `make` throws pass, and hears of no later errors', async () => {
    const { device } = gpu;
    const fail = () => {
      throw new Error('no such shader');
    };
    await expect(makeWithRoom(device.gpu, fail, () => {})).rejects.toThrow('no such shader');
    const other = await Device.create();
    await expect(makeWithRoom(other.gpu, fail, () => {})).rejects.toThrow();
    other.gpu.createBuffer({ size: 4, usage: 0x8000_0000 });
    await expect(other.synchronize()).rejects.toThrow(GpuValidationError);
    other.destroy();
  });

  it('is how programs are compiled: their results do not change', async () => {
    const { device } = gpu;
    const x = from(device, [-1, 2]);
    const program = await device.compile(() => relu(x));
    program.run();
    expect(await program.result.toArray()).toEqual(Float32Array.of(0, 2));
  });
});
