import { describe, expect, it } from 'vitest';
import { globalContrast } from '../../../src/kernels/images/global-contrast.js';
import { full, zeros } from '../../../src/tensor/create.js';
import { map64 } from '../../reference/array.js';
import * as reference from '../../reference/contrast.js';
import { random64 } from '../../reference/random.js';
import { useDevice } from '../../support/device.js';
import { expectTensor, SINGLE, upload } from '../../support/expect-op.js';

describe('globalContrast', () => {
  const gpu = useDevice();

  it.each([
    ['one image of two pixels', [1, 1, 1, 2]],
    ['fewer features than threads', [3, 3, 3, 5]],
    ['more, and odd', [5, 3, 11, 13]],
    ['more images than workgroups', [1500, 1, 2, 3]],
  ])('is what a loop gives: %s', async (_, shape) => {
    const x = random64(shape, 1);
    const expected = reference.globalContrast(x, 55);
    await expectTensor(globalContrast(upload(gpu.device, x), 55), expected, {
      ...SINGLE,
      absolute: 3e-5,
      label: 'y',
    });
  });

  it('keeps a faint image on a bright ground apart from rounding', async () => {
    const x = map64(random64([2, 3, 8, 8], 2, 1e-3), (value) => Math.fround(1 + value));
    const expected = reference.globalContrast(x, 1);
    await expectTensor(globalContrast(upload(gpu.device, x), 1), expected, {
      relative: 1e-4,
      absolute: 1e-5,
      label: 'y',
    });
  });

  it('makes an image of one colour 0, not noise', async () => {
    const y = globalContrast(full(gpu.device, [2, 3, 7, 9], 0.3), 55);
    expect([...(await y.toArray())].every((value) => value === 0)).toBe(true);
  });

  it('takes batches of images only', () => {
    expect(() => globalContrast(zeros(gpu.device, [3, 5]), 55)).toThrow(/expected 4 axes \[N, C, H, W\]/);
    expect(() => globalContrast(zeros(gpu.device, [1, 1, 2, 2], 'u32'), 55)).toThrow(
      /of type u32, expected f32/,
    );
  });
});
