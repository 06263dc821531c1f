import type { ImageSet } from '../../../src/data/dataset.js';
import { uniformGenerator } from '../../reference/random.js';

/**
 * Images whose covariance is like that of photographs: brightness that varies slowly over the image and alike in all channels,
 * ever less in finer detail and in colour. Each is a sum of cosine waves whose amplitudes fall as their frequency rises.
 */
export function naturalImages(
  count: number,
  [channels, height, width]: readonly number[],
  seed = 1,
): ImageSet {
  const uniform = uniformGenerator(seed);
  const pixels = new Uint8Array(count * channels * height * width);
  const waves = Array.from({ length: height * width }, (_, wave) => wave);
  for (let image = 0; image < count; image++) {
    const grey = waves.map((wave) => amplitude(wave, width) * bell(uniform));
    for (let c = 0; c < channels; c++) {
      const all = waves.map((wave) => grey[wave] + 0.3 * amplitude(wave, width) * bell(uniform));
      for (let h = 0; h < height; h++)
        for (let w = 0; w < width; w++) {
          const value = waves.reduce((sum, wave) => {
            const [row, column] = [Math.floor(wave / width), wave % width];
            const along = (at: number, frequency: number, length: number) =>
              Math.cos((Math.PI * (at + 0.5) * frequency) / length);
            return sum + all[wave] * along(h, row, height) * along(w, column, width);
          }, 0);
          const byte = Math.round(128 + 40 * value);
          pixels[((image * channels + c) * height + h) * width + w] = Math.min(255, Math.max(0, byte));
        }
    }
  }
  return { count, channels, height, width, pixels, labels: new Uint8Array(count), classes: ['one'] };
}

const amplitude = (wave: number, width: number): number =>
  1 / (1 + Math.hypot(Math.floor(wave / width), wave % width) ** 1.5);

/** Roughly normal, of variance 1. */
const bell = (uniform: () => number): number =>
  2 * Math.sqrt(3 / 4) * (uniform() + uniform() + uniform() + uniform() - 2);
