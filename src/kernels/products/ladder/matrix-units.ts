/** The rungs for GPUs with matrix units. */
import { SUBGROUP_MATRIX, type SubgroupMatrixProduct } from '../../../gpu/adapter.js';
import type { Device } from '../../../gpu/device.js';
import type { Constants } from '../../../gpu/shaders/shader.js';
import { defineGeneralKernel, type GeneralRung, generalRung } from './general-rung.js';
import { comesInFours } from './in-fours.js';

/** Rows and columns of the matrices that a unit multiplies, and threads of the subgroup that holds them. */
const UNIT = { EDGE: 16, LANES: 32 };

/** A tile of matrices; the rows and columns that a unit has make it a tile of c. */
export const matrixUnitsKernel = defineGeneralKernel(
  'products/matmul_matrix_units.wgsl',
  ({ EDGE = UNIT.EDGE, BANDS_OF_ROWS, BANDS_OF_COLUMNS }) => ({
    rows: Number(EDGE) * Number(BANDS_OF_ROWS),
    columns: Number(EDGE) * Number(BANDS_OF_COLUMNS),
  }),
  'rows first',
);

/** Of a tile: its rows and columns, the terms that it takes at once, and whether operands are split into two halves each. */
interface Tile {
  readonly rows: 64 | 128;
  readonly columns: 64 | 128 | 256;
  readonly depth: 16 | 32;
  readonly split?: boolean;
}

/** A rung that multiplies matrices of halves: operands rounded to one, or split into two. */
export function matrixUnits({ rows, columns, depth, split = false }: Tile): GeneralRung {
  const { EDGE, LANES } = UNIT;
  const constants = {
    BANDS_OF_ROWS: rows / EDGE,
    BANDS_OF_COLUMNS: columns / EDGE,
    STEPS: depth / EDGE,
    DEPTH: depth,
    SUBGROUPS: (rows * columns) / (4 * EDGE) ** 2,
    SPLIT: split,
    HALF: true,
  };
  const bytes = bytesOf(constants);
  return generalRung({
    kernel: matrixUnitsKernel,
    constants,
    specialise: (product) => turnsFor(product, depth) as Constants,
    accepts: (device, product) =>
      multipliesMatrices(device, EDGE, LANES) &&
      device.limits.maxComputeWorkgroupStorageSize >= bytes &&
      turnsFor(product, depth) !== undefined,
    precision: split ? 'high' : 'medium',
  });
}

/** Workgroup memory: panels of 48 vec4u, twice if numbers are split, and 16 lines of 36 sums a subgroup. */
const bytesOf = ({ BANDS_OF_ROWS, BANDS_OF_COLUMNS, STEPS, SUBGROUPS, SPLIT }: Constants): number =>
  16 * 48 * (Number(BANDS_OF_ROWS) + Number(BANDS_OF_COLUMNS)) * Number(STEPS) * (SPLIT ? 2 : 1) +
  4 * 16 * 36 * Number(SUBGROUPS);

/** Which operands lie across the lines of a panel. */
function turnsFor(...[product, depth]: Parameters<typeof comesInFours>): Constants | undefined {
  const how = comesInFours(product, depth);
  return how && { ACROSS: how.ACROSS, A_TURNED: !how.A_ALONG_TERMS, B_TURNED: how.B_ALONG_TERMS };
}

/** Subgroups of so many lanes that multiply matrices of `edge` x `edge` halves, and add up in single precision. */
function multipliesMatrices(device: Device, edge: number, lanes: number): boolean {
  const { subgroupSize, subgroupMatrices } = device.adapter;
  if (!device.has(SUBGROUP_MATRIX) || !device.has('shader-f16')) return false;
  const fits = ({ componentType, resultComponentType, M, N, K }: SubgroupMatrixProduct) =>
    componentType === 'f16' && resultComponentType === 'f32' && [M, N, K].every((size) => size === edge);
  return subgroupSize.min === lanes && subgroupSize.max === lanes && subgroupMatrices.some(fits);
}
