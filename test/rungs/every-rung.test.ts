/**
 * The engine's kernels of products are held to what the lab holds a user's to. Those for matrix units, where a device has none, run
 * by their emulation, in the one tile for which that has room.
 */
import '../support/narrow-vectors.js';
import { expect, it } from 'vitest';
import { checkRung } from '../../src/inspect/lab/check-rung.js';
import { productTable } from '../../src/inspect/lab/product-table.js';
import { haloedUnits } from '../../src/kernels/products/ladder/haloed-units.js';
import { LADDER, VARIANTS } from '../../src/kernels/products/ladder/ladder.js';
import { matrixUnits } from '../../src/kernels/products/ladder/matrix-units.js';
import { useDevice } from '../support/device.js';
import { emulateMatrixUnits, GENERAL_MATRIX_RUNGS, replaceRung } from '../support/matrix-units.js';

const SMALL = { rows: 64, columns: 64, depth: 16 } as const;
const [rounding, splitting] = ['matrixUnits64narrow', 'splitUnits64'] as const;
replaceRung(rounding, matrixUnits(SMALL));
replaceRung(splitting, matrixUnits({ ...SMALL, split: true }));
replaceRung('haloedUnits', haloedUnits({ rows: 64, lines: 4, depth: 16 }));

const gpu = useDevice({ precision: 'medium' });
emulateMatrixUnits(gpu);

const otherTiles: readonly string[] = GENERAL_MATRIX_RUNGS.filter(
  (variant) => variant !== rounding && variant !== splitting,
);

it.each(VARIANTS.filter((variant) => !otherTiles.includes(variant)))('%s', async (variant) => {
  const table = productTable(gpu.device);
  const wrong: unknown[] = [];
  let right = 0;
  for await (const { name, state, error } of checkRung(gpu.device, LADDER[variant], table)) {
    if (state === 'right') right += 1;
    if (state === 'wrong') wrong.push({ name, error });
  }
  expect(wrong).toEqual([]);
  expect(right).toBeGreaterThan(10);
});
