import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
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

/** A directory for the tests of a file, removed after them. */
export function useDirectory(): { readonly path: string } {
  let path = '';
  beforeAll(() => {
    path = mkdtempSync(join(tmpdir(), 'dawngrad-run-'));
  });
  afterAll(() => rmSync(path, { recursive: true }));
  return {
    get path() {
      return path;
    },
  };
}
