import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readShader } from '../../src/gpu/shaders/shader.js';
import { nextKey, randomState } from '../../src/kernels/random-key.js';
import { pcg3d } from '../../src/tensor/random.js';
import { tidy } from '../../src/tensor/tidy.js';
import { useDevice } from '../support/device.js';
import { hashOnDevice } from '../support/hash.js';

const FIRST_COUNTER = 2 ** 31;

describe('the random state of a device', () => {
  const gpu = useDevice({ seed: 7 });

  it('begins with the seed of the device and counts keys', async () => {
    const keys = [nextKey(gpu.device), nextKey(gpu.device), nextKey(gpu.device)];
    for (const [index, key] of keys.entries()) {
      expect([...(await key.toArray())]).toEqual([7, FIRST_COUNTER + index]);
    }
    expect(await randomState(gpu.device).read()).toEqual({ seed: 7, counter: FIRST_COUNTER + 3 });
  });

  it('goes on from where it was set', async () => {
    const state = randomState(gpu.device);
    state.write({ seed: 2 ** 32 - 1, counter: 2 ** 32 - 1 });
    const [last, wrapped] = [nextKey(gpu.device), nextKey(gpu.device)];
    expect([...(await last.toArray())]).toEqual([2 ** 32 - 1, 2 ** 32 - 1]);
    expect([...(await wrapped.toArray())]).toEqual([2 ** 32 - 1, 0]);
    expect(await state.read()).toEqual({ seed: 2 ** 32 - 1, counter: 1 });
  });
});

describe('a random state first asked for inside a tidy', () => {
  const gpu = useDevice({ seed: 9 });

  it('outlives it', async () => {
    tidy(gpu.device, () => {
      nextKey(gpu.device);
    });
    expect(await randomState(gpu.device).read()).toEqual({ seed: 9, counter: FIRST_COUNTER + 1 });
  });
});

describe('pcg3d of the shaders', () => {
  const gpu = useDevice();

  it('gives the integers that it gives on the host', async () => {
    const word = fc.integer({ min: 0, max: 2 ** 32 - 1 });
    const inputs = fc.sample(fc.tuple(word, word, word), { numRuns: 1000, seed: 1 });
    const hashed = await hashOnDevice(gpu.device, readShader('random.wgsl'), inputs);
    expect(hashed).toEqual(inputs.map(([x, y, z]) => pcg3d(x, y, z)));
  });
});
