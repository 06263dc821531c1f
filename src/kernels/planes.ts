import { type Grid, MOST_WORKGROUPS } from './grid.js';
import { ENOUGH_WORKGROUPS } from './kernel.js';

/** Invocations in a workgroup of the kernels that walk the positions of planes. */
const WORKGROUP = 64;

/**
 * Workgroups for `planes` (the N x C images of a tensor) of `positions` each: one a plane where planes are many, several
 * where they are few; more planes than a dimension may have workgroups fold into the third. The plane is the same for a whole
 * workgroup, so what depends on it is computed once, and a thread divides once a position, to tell its row from its column.
 * The shader finds its plane and walks its positions with
 *
 *     let plane = thread.z * groups.y + thread.y;
 *     for (var position = thread.x; position < plane_size; position += groups.x * WORKGROUP)
 *
 * and leaves when `plane` is past the end.
 */
export function planeGrid(planes: number, positions: number): Grid {
  const layers = Math.max(1, Math.ceil(planes / MOST_WORKGROUPS));
  const share = Math.max(1, Math.floor(ENOUGH_WORKGROUPS / planes));
  return [Math.min(Math.ceil(positions / WORKGROUP), share), Math.ceil(planes / layers), layers];
}
