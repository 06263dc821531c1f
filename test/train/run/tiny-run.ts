import { glyphs } from '../../../src/data/glyphs/glyphs.js';
import { chooseConfig } from '../../../src/train/recipes/choose-config.js';
import type { RunConfig } from '../../../src/train/recipes/config.js';

export const SEED = 7;

/** Two epochs of five steps, with everything random that a run may have. */
export const tinyConfig: RunConfig = {
  ...chooseConfig({ changes: {} }),
  seed: SEED,
  epochs: 2,
  batch: 8,
  width: 0.15,
  dropout: 0.3,
  augment: { padding: 2, flip: true },
};

export const tinyData = glyphs({ train: 44, test: 20 });
