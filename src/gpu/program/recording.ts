import { DawngradError } from '../../errors/errors.js';
import { aligned, type Memory, type OwnedMemory } from '../memory/memory.js';
import type { Access } from '../shaders/pipelines.js';
import { callStack } from './call-stack.js';
import type { Launch } from './launch.js';
import { currentOrigin } from './origin.js';

/**
 * How far a recording is. Memory refers to this rather than to the recording, whose launches refer to tensors: a tensor could
 * never be collected then, since its memory is held until it is.
 */
interface Clock {
  /** Launches so far. */
  launches: number;
  open: boolean;
}

/** Memory asked for while recording: when it is needed is known, where it is comes with the plan. */
export class PlannedMemory implements OwnedMemory {
  readonly bytes: number;
  place: Memory | undefined;
  /** What this is a part of: it has its place there, and none of its own. */
  whole: PlannedMemory | undefined;
  readonly #clock: Clock;
  readonly #parts: readonly PlannedMemory[];
  readonly #from: number;
  #until = Number.POSITIVE_INFINITY;

  /** @param parts lie in it one after the other, each where the one before ends, `aligned` */
  constructor(
    clock: Clock,
    readonly label: string,
    bytes: number,
    parts: readonly PlannedMemory[] = [],
  ) {
    this.#clock = clock;
    this.#from = clock.launches;
    this.#parts = parts;
    this.bytes = bytes;
    for (const part of parts) part.whole = this;
  }

  /** Needed by launches from `from` up to, but not including, `until`. */
  get from(): number {
    return Math.min(this.#from, ...this.#parts.map(({ from }) => from));
  }

  get until(): number {
    return Math.max(this.#until, ...this.#parts.map(({ until }) => until));
  }

  /** Say where it is, and so where its parts are. */
  putAt(place: Memory): void {
    this.place = place;
    let start = place.offset;
    for (const part of this.#parts) {
      part.putAt(placeIn(place, start, aligned(part.bytes)));
      start += aligned(part.bytes);
    }
  }

  get buffer(): GPUBuffer {
    return this.#placed.buffer;
  }

  get offset(): number {
    return this.#placed.offset;
  }

  get size(): number {
    return this.#placed.size;
  }

  get released(): boolean {
    return this.place?.released ?? false;
  }

  get #placed(): Memory {
    if (!this.place) {
      throw new DawngradError(
        `${this.label}: has no memory before its program is built; while recording, do not read, and write only to ` +
          'tensors made before',
      );
    }
    return this.place;
  }

  /** After the recording it changes nothing: the program's next run needs the memory again. */
  release(): void {
    if (this.#clock.open) this.#until = this.#clock.launches;
  }
}

/** Bytes of some memory, which are given back with it. */
export const placeIn = (memory: Memory, offset: number, size: number): Memory => ({
  buffer: memory.buffer,
  offset,
  size,
  get released() {
    return memory.released ?? false;
  },
});

/** What is given a place, where memory is a part of it. */
export const wholeOf = (memory: Memory): Memory =>
  memory instanceof PlannedMemory && memory.whole ? wholeOf(memory.whole) : memory;

/** Does a launch read another part of the whole that this is a part of? */
const readsBeside = (part: Memory, { operands, access }: Launch): boolean =>
  operands.some((memory, index) => access[index] === 'read' && wholeOf(memory) === wholeOf(part));

/** What the host does between launches. */
export type HostWork = () => void;

/** What happens while a program is recorded: launches and host work, in order, and the memory that was asked for meanwhile. */
export class Recording {
  readonly work: (Launch | HostWork)[] = [];
  readonly launches: Launch[] = [];
  readonly memory: PlannedMemory[] = [];
  #optional = false;
  readonly #clock: Clock = { launches: 0, open: true };

  /** Nothing more is recorded. */
  close(): void {
    this.#clock.open = false;
  }

  /** Memory that has no place yet: the plan gives it one. */
  acquire(bytes: number, label: string): PlannedMemory {
    return this.#plan(new PlannedMemory(this.#clock, label, bytes));
  }

  /** Note work that the host does at this place in each run. */
  onHost(work: HostWork): void {
    this.work.push(work);
  }

  /** Note what `work` launches as left out of runs that do not ask for it. */
  optionally(work: () => void): void {
    this.#optional = true;
    try {
      work();
    } finally {
      this.#optional = false;
    }
  }

  /**
   * Note a launch.
   * @throws DawngradError where it reads one part of a whole and writes another, which WebGPU forbids
   */
  add(launch: Launch): void {
    const { operands, access, label } = launch;
    const written = operands.filter(
      (memory, index) => access[index] === 'write' && wholeOf(memory) !== memory,
    );
    if (written.some((part) => readsBeside(part, launch))) {
      throw new DawngradError(
        `${label}: reads one part of a buffer and writes another, which WebGPU forbids; ` +
          'what changes gradients must come before the step of an optimizer, which puts them into one buffer',
      );
    }
    const origin = currentOrigin();
    const noted = {
      ...launch,
      ...(origin && { origin, calls: origin.calls ?? callStack(this.add) }),
      ...(this.#optional && { optional: true }),
    };
    this.work.push(noted);
    this.launches.push(noted);
    this.#clock.launches++;
  }

  /**
   * Memory of which all these are parts, one after the other. Undefined where they are not this recording's to place, each
   * once, or where a launch reads one of them and writes another: WebGPU forbids that within one buffer.
   */
  join(parts: readonly Memory[], label: string): PlannedMemory | undefined {
    const wanted = new Set(parts);
    const planned = this.memory.filter((memory) => wanted.has(memory) && !memory.whole);
    const uses = ({ operands, access }: Launch, how: Access) =>
      operands.some((memory, index) => access[index] === how && wanted.has(memory));
    if (planned.length < parts.length) return undefined;
    if (this.launches.some((launch) => uses(launch, 'read') && uses(launch, 'write'))) return undefined;
    const bytes = planned.reduce((sum, part) => sum + aligned(part.bytes), 0);
    // They are the same, in the order that was asked for.
    return this.#plan(new PlannedMemory(this.#clock, label, bytes, parts as PlannedMemory[]));
  }

  #plan(memory: PlannedMemory): PlannedMemory {
    this.memory.push(memory);
    return memory;
  }
}
