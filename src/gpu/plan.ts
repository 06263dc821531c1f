import { sizeClass } from './pool.js';
import type { PlannedMemory } from './recording.js';

/** A buffer of a program, and who lives in it, never two at a time. */
export interface Slot {
  readonly bytes: number;
  readonly tenants: PlannedMemory[];
}

const meet = (a: PlannedMemory, b: PlannedMemory): boolean => a.from < b.until && b.from < a.until;

/**
 * Share buffers between tensors whose lifetimes do not meet: the largest first, each into the smallest buffer that is free
 * when it lives. (WebGPU forbids reading and writing one buffer in one launch, even at different places, so a buffer
 * holds one tensor at a time, rather than all of them lying in one big buffer.)
 */
export function planMemory(memory: readonly PlannedMemory[]): Slot[] {
  const slots: Slot[] = [];
  const needed = memory.filter(({ from, until }) => from < until);
  for (const tenant of needed.sort((a, b) => b.bytes - a.bytes || a.from - b.from)) {
    // Larger tenants came before, so every slot is large enough, and the last free one wastes least.
    const slot = slots.findLast(({ tenants }) => !tenants.some((other) => meet(tenant, other)));
    if (slot) slot.tenants.push(tenant);
    else slots.push({ bytes: sizeClass(tenant.bytes), tenants: [tenant] });
  }
  return slots;
}
