import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { planMemory } from '../../src/gpu/plan.js';
import { type PlannedMemory, Recording } from '../../src/gpu/recording.js';

/** Memory of `bytes` bytes, needed by launches from `from` up to, but not including, `until`. */
function tenant(bytes: number, from: number, until: number): PlannedMemory {
  const recording = new Recording();
  recording.launches.length = from;
  const memory = recording.acquire(bytes, 'test');
  memory.until = until;
  return memory;
}

const bytesOf = (tenants: PlannedMemory[]) => planMemory(tenants).reduce((sum, { bytes }) => sum + bytes, 0);

describe('planMemory', () => {
  it('lets tensors share a buffer when one ends before the other begins', () => {
    expect(bytesOf([tenant(1024, 0, 2), tenant(1024, 2, 4), tenant(512, 4, 9)])).toBe(1024);
  });

  it('gives those that are needed by one launch a buffer each', () => {
    expect(bytesOf([tenant(1024, 0, 3), tenant(1024, 2, 4)])).toBe(2048);
  });

  it('takes nothing for what no launch needs', () => {
    expect(planMemory([tenant(1024, 3, 3)])).toEqual([]);
  });

  it('keeps to the end what was never given back, though it came late', () => {
    expect(bytesOf([tenant(1024, 5, Number.POSITIVE_INFINITY), tenant(1024, 7, 8)])).toBe(2048);
  });

  it('never puts two in one buffer at a time, and none in too small a one', () => {
    const lifetime = fc.tuple(fc.nat(4000), fc.nat(20), fc.integer({ min: 1, max: 10 }));
    const property = fc.property(fc.array(lifetime, { maxLength: 40 }), (lifetimes) => {
      const all = lifetimes.map(([bytes, from, length]) => tenant(bytes, from, from + length));
      const slots = planMemory(all);
      expect(slots.flatMap(({ tenants }) => tenants).length).toBe(all.length);
      for (const { bytes, tenants } of slots) {
        for (const one of tenants) {
          expect(one.bytes).toBeLessThanOrEqual(bytes);
          for (const other of tenants) {
            if (one !== other) expect(one.from >= other.until || other.from >= one.until).toBe(true);
          }
        }
      }
    });
    fc.assert(property, { numRuns: 200, seed: 1 });
  });
});
