import { ENOUGH_WORKGROUPS, type Grid } from './kernel.js';

/** Invocations in a workgroup of the kernels that walk the positions of planes. */
const WORKGROUP = 64;

/** A dimension of the grid may have 65,535 workgroups; more planes fold into the third. */
const MOST = 65535;

/**
 * Workgroups for `planes` (the N x C images of a tensor) of `positions` each: one a plane where planes are many, several
 * where they are few. The plane is the same for a whole workgroup, so what depends on it is computed once, and a thread
 * divides once a position, to tell its row from its column. The shader finds its plane and walks its positions with
 *
 *     let plane = thread.z * groups.y + thread.y;
 *     for (var position = thread.x; position < plane_size; position += groups.x * WORKGROUP)
 *
 * and leaves when `plane` is past the end.
 */
export function planeGrid(planes: number, positions: number): Grid {
  const layers = Math.max(1, Math.ceil(planes / MOST));
  const share = Math.max(1, Math.floor(ENOUGH_WORKGROUPS / planes));
  return [Math.min(Math.ceil(positions / WORKGROUP), share), Math.ceil(planes / layers), layers];
}
