/** The rungs for GPUs with matrix units. */
import { SUBGROUP_MATRIX } from '../../../gpu/adapter.js';
import type { Device } from '../../../gpu/device.js';
import { defineGeneralKernel, type GeneralRung, generalRung } from './general-rung.js';
import { fetchDirections } from './tiles.js';

/** Matrix units multiply 16 x 16 halves; a tile has 32 `SUBGROUP_ROWS` rows. */
export const subgroupMatrixKernel = defineGeneralKernel(
  'products/matmul_subgroup_matrix.wgsl',
  ({ SUBGROUP_ROWS }) => ({ rows: 32 * Number(SUBGROUP_ROWS), columns: 128 }),
);

/** Tiles of 64 or 128 rows. */
export const subgroupMatrix = (rows: 64 | 128): GeneralRung =>
  generalRung({
    kernel: subgroupMatrixKernel,
    constants: { SUBGROUP_ROWS: rows / 32, HALF: true },
    specialise: fetchDirections,
    accepts: multipliesMatrices,
    precision: 'medium',
  });

/** Subgroups of 32 lanes that multiply matrices of 16 x 16 halves, and add up in single precision. */
function multipliesMatrices(device: Device): boolean {
  const { subgroupSize, subgroupMatrices } = device.adapter;
  return (
    [SUBGROUP_MATRIX, 'shader-f16' as const].every((feature) => device.has(feature)) &&
    [subgroupSize.min, subgroupSize.max].every((size) => size === 32) &&
    subgroupMatrices.some(
      ({ componentType, resultComponentType, M, N, K }) =>
        componentType === 'f16' && resultComponentType === 'f32' && M === 16 && N === 16 && K === 16,
    )
  );
}
