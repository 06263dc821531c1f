import { aligned, type Memory } from '../memory/memory.js';
import { sizeClass } from '../memory/pool.js';
import { textureSize } from '../memory/texels.js';
import type { Launch } from './launch.js';
import type { Recorded } from './recorder.js';
import { PlannedMemory, type Recording, wholeOf } from './recording.js';

/** Part of an arena, lent while it is needed. */
export interface Tenant {
  readonly memory: PlannedMemory;
  readonly offset: number;
  readonly size: number;
}

/** One buffer of a program, and who lives where in it. */
export interface Arena {
  readonly bytes: number;
  readonly tenants: readonly Tenant[];
}

/** What a program would be, and take, found without making it. */
export interface ProgramPlan<T> {
  /** What the recorded function returned: tensors without memory. */
  readonly result: T;
  /** Bytes of device memory that it would hold: `arenas` and `texels`. */
  readonly bytes: number;
  /** What it would launch, in order. */
  readonly launches: readonly Launch[];
  /** All memory that it asks for, and which of the kernels need it; not the parts of such. */
  readonly memory: readonly PlannedMemory[];
  /** Where in its buffers that memory would be. */
  readonly arenas: readonly Arena[];
  /** Bytes of the textures that operands are copied to, by their index: see `Texels`. */
  readonly texels: readonly number[];
}

/**
 * Plan the program of what was recorded.
 * @param limit bytes of the largest buffer
 */
export function planProgram<T>({ recording, result }: Recorded<T>, limit: number): ProgramPlan<T> {
  const { launches, memory } = recording;
  const arenas = planMemory(recording, limit);
  const texels = planTexels(launches);
  return {
    result,
    bytes: [...arenas.map(({ bytes }) => bytes), ...texels].reduce((sum, bytes) => sum + bytes, 0),
    launches,
    memory: memory.filter(({ whole }) => !whole),
    arenas,
    texels,
  };
}

/** For each index the size that has room for all that launches copy there. */
function planTexels(launches: readonly Launch[]): number[] {
  const sizes: number[] = [];
  for (const { operands, access } of launches) {
    const copied = operands.filter((_, index) => access[index] === 'texels');
    for (const [index, memory] of copied.entries()) {
      const bytes = memory instanceof PlannedMemory ? aligned(memory.bytes) : memory.size;
      sizes[index] = Math.max(sizes[index] ?? 0, textureSize(bytes));
    }
  }
  return sizes;
}

/** Are both needed at some time? */
const meet = (a: PlannedMemory, b: PlannedMemory): boolean => a.from < b.until && b.from < a.until;

/**
 * Place memory by when it is needed: what is not needed together may lie in the same place. The largest comes first, each
 * where the program's memory grows least.
 *
 * One arena would be best, but WebGPU forbids reading and writing one buffer in one launch, even at different places. So
 * there are several, and what one launch reads and writes lies in different ones. The same holds for what outlives the
 * program's run, because nobody knows which launches will use it; but parts of a whole lie together, since somebody said so.
 *
 * @param limit bytes of the largest buffer
 */
export function planMemory(
  { memory, launches }: Pick<Recording, 'memory' | 'launches'>,
  limit: number,
): Arena[] {
  const arenas: { bytes: number; tenants: Tenant[] }[] = [];
  const areRivals = rivalry(launches);
  const needed = memory.filter(({ from, until, whole }) => from < until && !whole);
  for (const next of needed.sort((a, b) => b.bytes - a.bytes || a.from - b.from)) {
    const allowed = arenas.filter(({ tenants }) => !tenants.some(({ memory }) => areRivals(memory, next)));
    const places = [...allowed, { bytes: 0, tenants: [] }].flatMap((arena) => {
      const offset = freeOffset(arena, next);
      if (offset + next.bytes > limit) return [];
      const bytes = Math.max(arena.bytes, Math.min(sizeClass(offset + aligned(next.bytes)), limit));
      return [{ arena, offset, bytes, growth: bytes - arena.bytes }];
    });
    const { arena, offset, bytes } = places.reduce((best, place) =>
      place.growth < best.growth ? place : best,
    );
    if (arena.tenants.length === 0) arenas.push(arena);
    arena.bytes = bytes;
    arena.tenants.push({ memory: next, offset, size: Math.min(aligned(next.bytes), bytes - offset) });
  }
  return arenas;
}

/** The lowest place that is free whenever the memory is needed. */
function freeOffset({ tenants }: Arena, memory: PlannedMemory): number {
  const others = tenants.filter((tenant) => meet(tenant.memory, memory));
  let offset = 0;
  for (const other of others.sort((a, b) => a.offset - b.offset)) {
    if (other.offset - offset >= aligned(memory.bytes)) break;
    offset = Math.max(offset, other.offset + aligned(other.memory.bytes));
  }
  return offset;
}

/** Who must not share a buffer with whom? */
function rivalry(launches: readonly Launch[]): (a: PlannedMemory, b: PlannedMemory) => boolean {
  const rivals = new Map<Memory, Set<Memory>>();
  const note = (a: Memory, b: Memory) => rivals.set(a, (rivals.get(a) ?? new Set()).add(b));
  for (const { operands, access } of launches) {
    const placed = operands.map(wholeOf);
    const written = placed.filter((_, index) => access[index] === 'write');
    for (const read of placed.filter((_, index) => access[index] === 'read')) {
      for (const memory of written) {
        note(read, memory);
        note(memory, read);
      }
    }
  }
  const outlives = ({ until }: PlannedMemory) => until === Number.POSITIVE_INFINITY;
  return (a, b) => rivals.get(a)?.has(b) || (outlives(a) && outlives(b));
}
