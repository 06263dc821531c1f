import { describe, expect, it } from 'vitest';
import { localContrast } from '../../../src/kernels/images/local-contrast.js';
import { full, zeros } from '../../../src/tensor/create.js';
import { tidy } from '../../../src/tensor/tidy.js';
import { array64, map64 } from '../../reference/array.js';
import * as reference from '../../reference/contrast.js';
import { random64 } from '../../reference/random.js';
import { useDevice } from '../../support/device.js';
import { expectTensor, SINGLE, upload } from '../../support/expect-op.js';

describe('localContrast', () => {
  const gpu = useDevice();
  const computed = (x: ReturnType<typeof array64>, size: number, sigma: number) =>
    tidy(gpu.device, () => localContrast(upload(gpu.device, x), { size, sigma }));

  it.each([
    ['the 7 x 7 window of SVHN', [2, 3, 12, 10], 7, 2],
    ['images smaller than the window', [2, 2, 3, 2], 7, 2],
    ['another window', [1, 2, 9, 6], 3, 0.8],
    ['a window of one pixel', [1, 1, 4, 5], 1, 2],
    ['one pixel', [1, 1, 1, 1], 5, 1],
  ])('is what a loop gives: %s', async (_, shape, size, sigma) => {
    const x = random64(shape, 3);
    await expectTensor(computed(x, size, sigma), reference.localContrast(x, size, sigma), {
      ...SINGLE,
      label: 'y',
    });
  });

  it('normalises every channel by itself', async () => {
    const shape = [1, 3, 9, 9];
    const dark = map64(random64(shape, 4), (value, i) => value * [1, 0.01, 100][Math.floor(i / 81)]);
    const y = await computed(dark, 7, 2).toArray();
    for (const channel of [0, 1, 2]) {
      const plane = y.slice(81 * channel, 81 * (channel + 1));
      expect(Math.hypot(...plane) / 9).toBeGreaterThan(0.5);
      expect(Math.hypot(...plane) / 9).toBeLessThan(2);
    }
  });

  it('does not divide by less than the mean deviation of the image', async () => {
    // Flat but for one corner: far from it nothing is blown up.
    const x = array64([1, 1, 16, 16]);
    x.data[0] = 1;
    x.data[16 * 12 + 12] = 1e-3;
    const expected = reference.localContrast(x, 7, 2);
    await expectTensor(computed(x, 7, 2), expected, { ...SINGLE, label: 'y' });
    // Its own deviation alone would make 4.6 of it.
    expect(Math.abs(expected.data[16 * 12 + 12])).toBeLessThan(0.2);
  });

  it('leaves black images black', async () => {
    const y = tidy(gpu.device, () => localContrast(zeros(gpu.device, [1, 1, 8, 8]), { size: 7, sigma: 2 }));
    expect([...(await y.toArray())].every((value) => value === 0)).toBe(true);
  });

  it('makes a channel NaN in which one pixel is, whose deviation is unknown, and no other', async () => {
    const x = random64([1, 3, 8, 8], 5);
    x.data[64 + 9] = Number.NaN;
    const values = await computed(x, 3, 2).toArray();
    expect(Array.from(values, Number.isNaN)).toEqual(Array.from(values, (_, i) => i >= 64 && i < 128));
  });

  it('refuses windows without a middle, and what are no images', () => {
    const x = full(gpu.device, [1, 1, 4, 4], 1);
    expect(() => localContrast(x, { size: 6, sigma: 2 })).toThrow(
      'localContrast: a window of size 6 and sigma 2; the size must be an odd whole number, sigma greater than 0',
    );
    expect(() => localContrast(x, { size: 7, sigma: 0 })).toThrow('sigma 0');
    expect(() => localContrast(x.view([4, 4]), { size: 7, sigma: 2 })).toThrow(/expected 4 axes/);
  });
});
