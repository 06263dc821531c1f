import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Launch } from '../../../src/gpu/program/launch.js';
import { planMemory } from '../../../src/gpu/program/plan.js';
import { type PlannedMemory, Recording } from '../../../src/gpu/program/recording.js';

const LIMIT = 2 ** 27;

/** A launch that reads and writes these. */
const launch = (read: PlannedMemory[], written: PlannedMemory[]) =>
  ({
    operands: [...read, ...written],
    access: [...read.map(() => 'read'), ...written.map(() => 'write')],
  }) as unknown as Launch;

/** Let a recording come to its launch number `count`. */
function launchUntil(recording: Recording, count: number): void {
  while (recording.launches.length < count) recording.add(launch([], []));
}

/** Memory of `bytes` bytes, needed by launches from `from` up to, but not including, `until`. */
function tenant(bytes: number, from: number, until: number): PlannedMemory {
  const recording = new Recording();
  launchUntil(recording, from);
  const memory = recording.acquire(bytes, 'test');
  if (until === Number.POSITIVE_INFINITY) return memory;
  launchUntil(recording, until);
  memory.release();
  return memory;
}

const plan = (memory: PlannedMemory[], launches: Launch[] = [], limit = LIMIT) =>
  planMemory({ memory, launches }, limit);

const sizesOf = (...args: Parameters<typeof plan>) => plan(...args).map(({ bytes }) => bytes);

describe('planMemory', () => {
  it('puts in one place what is not needed together', () => {
    expect(sizesOf([tenant(1024, 0, 2), tenant(1024, 2, 4), tenant(512, 4, 9)])).toEqual([1024]);
  });

  it('puts side by side what is needed together', () => {
    const [arena] = plan([tenant(1024, 0, 3), tenant(300, 2, 4), tenant(500, 2, 3)]);
    expect(arena?.tenants.map(({ offset }) => offset)).toEqual([0, 1024, 1536]);
  });

  it('reuses a part of what a larger tenant had', () => {
    const memory = [tenant(1024, 0, 2), tenant(512, 2, 4), tenant(512, 3, 4)];
    expect(sizesOf(memory)).toEqual([1024]);
  });

  it('keeps what one launch reads and writes in different buffers', () => {
    const [x, y, z] = [tenant(1024, 0, 3), tenant(1024, 1, 3), tenant(1024, 2, 3)] as const;
    expect(sizesOf([x, y, z], [launch([x], [y]), launch([y], [z])])).toEqual([2048, 1024]);
    expect(sizesOf([x, y, z], [launch([x, y], [z])])).toEqual([2048, 1024]);
  });

  it('keeps what outlives the program in different buffers: it may meet in any launch', () => {
    const forever = Number.POSITIVE_INFINITY;
    expect(sizesOf([tenant(1024, 0, forever), tenant(1024, 1, forever)])).toEqual([1024, 1024]);
  });

  it('makes no buffer larger than the limit', () => {
    const memory = () => [tenant(1024, 0, 3), tenant(1024, 0, 3), tenant(700, 0, 3)];
    expect(sizesOf(memory(), [], 2048)).toEqual([2048, 768]);
    expect(sizesOf(memory(), [], 1028)).toEqual([1024, 1024, 768]);
    expect(sizesOf([tenant(1028, 0, 3)], [], 1028)).toEqual([1028]);
  });

  it('puts the parts of a whole one after the other, for as long as any of them is needed', () => {
    const recording = new Recording();
    launchUntil(recording, 1);
    const first = recording.acquire(300, 'first');
    launchUntil(recording, 2);
    const second = recording.acquire(8, 'second');
    launchUntil(recording, 3);
    const whole = recording.join([second, first], 'whole')!;
    whole.release();
    first.release();
    expect([whole.from, whole.until, whole.bytes]).toEqual([1, Number.POSITIVE_INFINITY, 256 + 512]);
    launchUntil(recording, 5);
    second.release();
    expect(whole.until).toBe(5);

    const input = tenant(1024, 0, 6);
    const [, arena, ...others] = plan([...recording.memory, input], [launch([input], [first])]);
    expect(others).toEqual([]);
    expect(arena?.tenants).toMatchObject([{ memory: whole, offset: 0 }]);
    const buffer = {} as GPUBuffer;
    whole.putAt({ buffer, offset: 512, size: 768 });
    const places = [whole, second, first].map(({ offset, size }) => [offset, size]);
    expect(places).toEqual([
      [512, 768],
      [512, 256],
      [768, 512],
    ]);
  });

  it('joins only memory of the recording, each once, and none that is part of a whole', () => {
    const recording = new Recording();
    const [a, b] = [recording.acquire(4, 'a'), recording.acquire(4, 'b')] as const;
    expect(recording.join([a, tenant(4, 0, 1)], 'whole')).toBeUndefined();
    expect(recording.join([a, a], 'whole')).toBeUndefined();
    expect(recording.join([a, b], 'whole')).toBeDefined();
    expect(recording.join([a, b], 'whole')).toBeUndefined();
  });

  it('takes nothing for what no launch needs, and something for what has no elements', () => {
    expect(plan([tenant(1024, 3, 3)])).toEqual([]);
    expect(plan([tenant(0, 3, 4)])[0]?.tenants[0]?.size).toBe(256);
  });

  it('never puts two in one place at a time, and binds at whole multiples of 256 bytes', () => {
    const lifetime = fc.tuple(fc.nat(4000), fc.nat(20), fc.integer({ min: 1, max: 10 }));
    const lifetimes = fc.array(lifetime, { maxLength: 40 });
    const pairs = fc.array(fc.tuple(fc.nat(39), fc.nat(39)), { maxLength: 20 });
    const property = fc.property(lifetimes, pairs, (times, accesses) => {
      const memory = times.map(([bytes, from, length]) => tenant(bytes, from, from + length));
      const rivals = accesses.flatMap(([a, b]) => {
        const [read, written] = [memory[a], memory[b]];
        return read && written && read !== written ? [{ read, written }] : [];
      });
      const arenas = plan(
        memory,
        rivals.map(({ read, written }) => launch([read], [written])),
        8192,
      );
      const homes = new Map(arenas.flatMap((arena) => arena.tenants.map(({ memory }) => [memory, arena])));
      expect(homes.size).toBe(memory.length);
      for (const { read, written } of rivals) expect(homes.get(read)).not.toBe(homes.get(written));
      for (const { bytes, tenants } of arenas) {
        expect(bytes).toBeLessThanOrEqual(8192);
        for (const one of tenants) {
          expect(one.offset % 256).toBe(0);
          expect(one.size).toBeGreaterThanOrEqual(one.memory.bytes);
          expect(one.offset + one.size).toBeLessThanOrEqual(bytes);
          for (const other of tenants) {
            if (one === other) continue;
            const apartInTime =
              one.memory.from >= other.memory.until || other.memory.from >= one.memory.until;
            const apart = one.offset >= other.offset + other.size || other.offset >= one.offset + one.size;
            expect(apartInTime || apart).toBe(true);
          }
        }
      }
    });
    fc.assert(property, { numRuns: 200, seed: 1 });
  });
});
