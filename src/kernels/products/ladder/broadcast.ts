/** Rungs for CPUs that play GPU: one subgroup computes a tile, and hands the rows of a from lane to lane. */
import type { Device } from '../../../gpu/device.js';
import type { Constants } from '../../../gpu/shaders/shader.js';
import type { Product } from '../product.js';
import { defineGeneralKernel, type GeneralRung, generalRung } from './general-rung.js';

export const tile = ({ ROWS, LANES }: Constants) => ({ rows: Number(ROWS), columns: 4 * Number(LANES) });

/** A subgroup computes `ROWS` rows by 4 `LANES` columns, and broadcasts rows of a. */
export const broadcastKernel = defineGeneralKernel('products/matmul_broadcast.wgsl', tile);
/** The same for windows, with four columns one above the other in an image. */
export const stackedKernel = defineGeneralKernel('products/matmul_stacked.wgsl', tile);

/** The rung whose tiles have this many rows, for drivers with subgroups of 8 lanes or more. */
export const broadcast = (rows: 16 | 32 | 64): GeneralRung =>
  generalRung({
    kernel: broadcastKernel,
    constants: { ROWS: rows },
    specialise: (_, device) => ({ LANES: lanesOf(device) }),
    accepts: canBroadcast,
  });

/** The rung whose tiles have this many rows, for windows of 3 or 5 rows that move by single rows. */
export const stacked = (rows: 32 | 64): GeneralRung =>
  generalRung({
    kernel: stackedKernel,
    constants: { ROWS: rows },
    specialise: (product, device) => ({ LANES: lanesOf(device), TAPS: windowRows(product) }),
    accepts: (device, product) => canBroadcast(device) && comesInStacks(product),
  });

export const lanesOf = (device: Device): number => device.adapter.subgroupSize.max;

/** Subgroups of 8 lanes or more, all of one size. */
export function canBroadcast(device: Device): boolean {
  const { min, max } = device.adapter.subgroupSize;
  return device.has('subgroups') && min === max && min >= 8;
}

/** Windows of 3 or 5 rows that move and reach by single rows, over images whose rows come in fours. */
function comesInStacks(product: Product): boolean {
  const { window } = product.b;
  return (
    window?.column.y === 1 &&
    window.middle.y === 1 &&
    !window.innerX &&
    product.c.rowSums === undefined &&
    [3, 5].includes(windowRows(product)) &&
    (product.group / window.column.width) % 4 === 0
  );
}

/** Rows of a product's window. */
const windowRows = ({ middle = 1, b }: Product): number => middle / (b.window?.middle.width ?? 1);
