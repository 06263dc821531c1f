import { describe, it } from 'vitest';
import { biasGradient } from '../../src/kernels/bias-gradient.js';
import { biasBackward } from '../reference/bias.js';
import { random64 } from '../reference/random.js';
import { useDevice } from '../support/device.js';
import { expectTensor, SINGLE, upload } from '../support/expect-op.js';

describe('biasGradient', () => {
  const gpu = useDevice();

  it.each([
    [[4, 5]],
    [[1, 1, 1, 1]],
    [[2, 3, 5, 7]],
    [[3, 67, 4, 4]],
    [[2, 3, 4]],
    [[5, 1, 3, 3]],
    [[0, 3, 2]],
  ])('agrees with the reference: %j', async (shape) => {
    const dy = random64(shape, 3);
    await expectTensor(biasGradient(upload(gpu.device, dy)), biasBackward(dy), { ...SINGLE, label: 'dBias' });
  });

  it('sums a whole batch of large images', async () => {
    const dy = random64([130, 3, 40, 41], 6);
    const tolerance = { relative: 1e-6, absolute: 1e-4, label: 'dBias' };
    await expectTensor(biasGradient(upload(gpu.device, dy)), biasBackward(dy), tolerance);
  });
});
