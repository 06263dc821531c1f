/**
 * What surrounds the things that images show. People draw black on white what nets have learned from white on black, such as
 * MNIST's digits, and get nonsense without a word: their images' edges tell.
 */
import type { ImageSet } from '../../data/dataset.js';

/** Images of a set that are looked at: enough for a mean. */
const MOST = 1000;

/** The mean brightness, 0..1, of the pixels at the edges of a set's images: of the first thousand. */
export function backgroundOf({ count, channels, height, width, pixels }: ImageSet): number {
  let sum = 0;
  let seen = 0;
  const lines = Math.min(count, MOST) * channels * height;
  for (let line = 0; line < lines; line++) {
    const row = line % height;
    const inside = row > 0 && row < height - 1;
    for (let column = 0; column < width; column += inside ? Math.max(1, width - 1) : 1) {
      sum += pixels[line * width + column]!;
      seen += 1;
    }
  }
  return sum / seen / 255;
}

/** Backgrounds that are neither dark nor light say nothing. */
const CLEAR = 0.25;

/**
 * Is an image light where the training images are dark, or the other way round?
 * @param own its background
 * @param trained that of the images that the net learned from; undefined where nobody knows
 */
export const looksInverted = (own: number, trained: number | undefined): boolean =>
  trained !== undefined && Math.min(trained, 1 - trained) <= CLEAR && Math.abs(own - (1 - trained)) <= CLEAR;
