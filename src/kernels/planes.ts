import type { Grid } from './kernel.js';

/** Invocations in a workgroup of the kernels that give one thread to one position of one plane. */
const WORKGROUP = 64;

/** A dimension of the grid may have 65,535 workgroups; more planes fold into the third. */
const MOST = 65535;

/**
 * Workgroups for one thread to each of `positions` in each of `planes` (the N x C images of a tensor). The plane is the same
 * for a whole workgroup, so a thread divides once, to tell its row from its column, where a flat index would take two
 * divisions more. The shader undoes the folding: `let plane = group.z * groups.y + group.y;`.
 */
export function planeGrid(planes: number, positions: number): Grid {
  const layers = Math.max(1, Math.ceil(planes / MOST));
  return [Math.ceil(positions / WORKGROUP), Math.ceil(planes / layers), layers];
}
