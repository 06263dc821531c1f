/**
 * The kernels of products for GPUs over all of the lab's table. Those for matrix units, where a device has none, run by their emulation, in
 * the one tile for which that has room.
 */
import '../support/narrow-vectors.js';
import { it } from 'vitest';
import { haloedUnits } from '../../src/kernels/products/ladder/haloed-units.js';
import { VARIANTS } from '../../src/kernels/products/ladder/ladder.js';
import { matrixUnits } from '../../src/kernels/products/ladder/matrix-units.js';
import { useDevice } from '../support/device.js';
import { emulateMatrixUnits, GENERAL_MATRIX_RUNGS, replaceRung } from '../support/matrix-units.js';
import { expectRight, SOFTWARE_RUNGS } from './expect-right.js';

const SMALL = { rows: 64, columns: 64, depth: 16 } as const;
const [rounding, splitting] = ['matrixUnits64narrow', 'splitUnits64'] as const;
replaceRung(rounding, matrixUnits(SMALL));
replaceRung(splitting, matrixUnits({ ...SMALL, split: true }));
replaceRung('haloedUnits', haloedUnits({ rows: 64, lines: 4, depth: 16 }));

const gpu = useDevice({ precision: 'medium' });
emulateMatrixUnits(gpu);

const otherTiles = GENERAL_MATRIX_RUNGS.filter((variant) => variant !== rounding && variant !== splitting);
const elsewhere: readonly string[] = [...SOFTWARE_RUNGS, ...otherTiles];

it.each(VARIANTS.filter((variant) => !elsewhere.includes(variant)))('%s', (variant) =>
  expectRight(gpu.device, variant),
);
