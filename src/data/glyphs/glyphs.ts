import { checkOptions, type Rules } from '../../errors/check-options.js';
import { seed as seedRule, whole } from '../../errors/rules.js';
import type { Dataset, ImageSet } from '../dataset.js';
import { Random } from '../random.js';
import { drawScene } from './scene.js';
import { CLASSES, SHAPES } from './shapes.js';

/** Side of the images, pixels: that of CIFAR-10's. */
const SIZE = 32;

/** How many images are drawn where nobody says how many. */
export const GLYPHS = { train: 8000, test: 1000 } as const;

export interface GlyphsOptions {
  /** Which set to draw; default 0. */
  readonly seed?: number;
  /** Images to train on; default 8000. */
  readonly train?: number;
  /** Images held out; default 1000. */
  readonly test?: number;
}

/** What these must be. */
const OPTIONS: Rules<GlyphsOptions> = { seed: seedRule, train: whole(1), test: whole(1) };

/**
 * The data set that needs no files: ten shapes drawn as 32x32 RGB images, turned, scaled, slanted, moved, in any
 * colour, over clutter and under noise. The same options give the same bytes. Image `i` shows class `i mod 10`, and
 * does not depend on how many others are asked for.
 * @throws ArgumentError unless the numbers of images are whole, and at least 1
 */
export function glyphs(options: GlyphsOptions = {}): Dataset {
  checkOptions('glyphs', options, OPTIONS);
  const { seed = 0, train = GLYPHS.train, test = GLYPHS.test } = options;
  return { name: 'glyphs', train: draw(seed, 0, train), test: draw(seed, 1, test) };
}

function draw(seed: number, split: number, count: number): ImageSet {
  const size = 3 * SIZE * SIZE;
  const pixels = new Uint8Array(count * size);
  const labels = new Uint8Array(count);
  for (let i = 0; i < count; i++) {
    const label = i % CLASSES.length;
    labels[i] = label;
    const shape = SHAPES[CLASSES[label]!]!;
    drawScene(new Random(seed, split, i), shape, SIZE, pixels.subarray(i * size, (i + 1) * size));
  }
  return { count, channels: 3, height: SIZE, width: SIZE, pixels, labels, classes: CLASSES };
}
