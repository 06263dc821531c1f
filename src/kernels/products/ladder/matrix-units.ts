/** The rungs for GPUs with matrix units. */
import { SUBGROUP_MATRIX } from '../../../gpu/adapter.js';
import type { Device } from '../../../gpu/device.js';
import type { Constants } from '../../../gpu/shaders/shader.js';
import { defineGeneralKernel, type GeneralRung, generalRung } from './general-rung.js';
import { comesInFours } from './in-fours.js';

/** Rows and columns of the matrices that a unit multiplies, and threads of the subgroup that holds them. */
export interface Unit {
  readonly edge: number;
  readonly lanes: number;
}

/** The units that most people have who have any: NVIDIA's. */
export const COMMON: Unit = { edge: 16, lanes: 32 };

/** A tile of c is a number of matrices high and wide. */
export const matrixUnitsKernel = defineGeneralKernel(
  'products/matmul_matrix_units.wgsl',
  ({ EDGE = COMMON.edge, BANDS_OF_ROWS, BANDS_OF_COLUMNS }) => ({
    rows: Number(EDGE) * Number(BANDS_OF_ROWS),
    columns: Number(EDGE) * Number(BANDS_OF_COLUMNS),
  }),
  'rows first',
);

/** A tile has as many rows and columns as some subgroups compute, takes whole matrices of terms at once, and may split operands in two. */
interface Tile {
  readonly rows: number;
  readonly columns: number;
  readonly depth: number;
  readonly split?: boolean;
  /** Matrices of sums that a subgroup stores at a time (default 2): with one it takes less memory of the workgroup. */
  readonly abreast?: 1 | 2;
}

/** A rung that multiplies matrices of halves: operands rounded to one, or split into two. */
export const matrixUnits = (tile: Tile): GeneralRung =>
  generalRung({
    kernel: matrixUnitsKernel,
    constants: constantsFor(tile, COMMON),
    specialise: (product, device) => {
      const turns = turnsFor(product, tile);
      return (turns && { ...constantsFor(tile, unitOf(device) ?? COMMON), ...turns }) as Constants;
    },
    accepts: (device, product) => {
      const unit = unitOf(device);
      return unit !== undefined && takes(device, tile, unit) && turnsFor(product, tile) !== undefined;
    },
    precision: tile.split ? 'high' : 'medium',
  });

/** Each subgroup has 4 x 4 matrices of the tile. */
export const constantsFor = (
  { rows, columns, depth, split = false, abreast = 2 }: Tile,
  { edge, lanes }: Unit,
) => ({
  EDGE: edge,
  LANES: lanes,
  BANDS_OF_ROWS: rows / edge,
  BANDS_OF_COLUMNS: columns / edge,
  STEPS: depth / edge,
  DEPTH: depth,
  SUBGROUPS: (rows * columns) / (4 * edge) ** 2,
  SPLIT: split,
  ABREAST: abreast,
  HALF: true,
});

/** Eights of b that a thread fetches at most, by the shader. */
const MOST_FETCHES = 8;

/** What a kernel is specialised with that multiplies matrices. */
type MatrixConstants = ReturnType<typeof constantsFor>;

/** Can a workgroup of this device compute the tile? Each thread must have a line of b's eights or of its terms to itself. */
function takes(device: Device, tile: Tile, unit: Unit): boolean {
  const constants = constantsFor(tile, unit);
  const threads = constants.LANES * constants.SUBGROUPS;
  return (
    hasRoom(device, constants, linesFor(tile.columns, constants)) &&
    [tile.depth, tile.columns].every((line) => threads % (line / 8) === 0) &&
    (tile.depth * tile.columns) / 8 <= MOST_FETCHES * threads
  );
}

/** Lines of the panels of some rows or columns, and of what rounding leaves of them: where none of that is kept, of one panel. */
const linesFor = (count: number, { EDGE, STEPS, SPLIT }: MatrixConstants): number =>
  count * STEPS + (SPLIT ? count * STEPS : EDGE);

/**
 * Has a workgroup of this device the threads that such a kernel takes, and the memory? All threads must have as much of a to fetch.
 * @param linesOfB of all panels of b
 */
export function hasRoom({ limits }: Device, constants: MatrixConstants, linesOfB: number): boolean {
  const { EDGE, LANES, BANDS_OF_ROWS, STEPS, SUBGROUPS, ABREAST } = constants;
  const threads = LANES * SUBGROUPS;
  const rows = EDGE * BANDS_OF_ROWS;
  const lines = linesFor(rows, constants) + linesOfB;
  const bytes = 16 * lines * (EDGE / 8 + 1) + 4 * EDGE * (ABREAST * EDGE + 4) * SUBGROUPS;
  return (
    bytes <= limits.maxComputeWorkgroupStorageSize &&
    threads <= limits.maxComputeInvocationsPerWorkgroup &&
    ((EDGE * STEPS * rows) / 8) % threads === 0
  );
}

/** Which operands lie across the lines of a panel; undefined for a product that does not come in fours. */
export function turnsFor(
  product: Parameters<typeof comesInFours>[0],
  { depth }: Tile,
): Constants | undefined {
  const how = comesInFours(product, depth);
  return how && { ACROSS: how.ACROSS, A_TURNED: !how.A_ALONG_TERMS, B_TURNED: how.B_ALONG_TERMS };
}

/** What a device has that multiplies square matrices of halves and adds up in single precision, held by subgroups of one size. */
export function unitOf(device: Device): Unit | undefined {
  const { subgroupSize, subgroupMatrices } = device.adapter;
  const { min, max: lanes } = subgroupSize;
  if (min !== lanes || !device.has(SUBGROUP_MATRIX) || !device.has('shader-f16')) return undefined;
  const edge = [16, 8].find((edge) =>
    subgroupMatrices.some(
      ({ componentType, resultComponentType, M, N, K }) =>
        componentType === 'f16' && resultComponentType === 'f32' && [M, N, K].every((size) => size === edge),
    ),
  );
  return edge === undefined ? undefined : { edge, lanes };
}
