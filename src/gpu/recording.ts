import { DawngradError } from './errors.js';
import type { Launch } from './launch.js';
import type { Memory, OwnedMemory } from './memory.js';

/** Memory asked for while recording: when it is needed is known, where it is comes with the plan. */
export class PlannedMemory implements OwnedMemory {
  /** Needed by launches from `from` up to, but not including, `until`. */
  readonly from: number;
  until = Number.POSITIVE_INFINITY;
  place: Memory | undefined;
  readonly #recording: Recording;

  constructor(
    recording: Recording,
    readonly bytes: number,
    readonly label: string,
  ) {
    this.#recording = recording;
    this.from = recording.launches.length;
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
    if (this.#recording.open) this.until = this.#recording.launches.length;
  }
}

/** What happens while a program is recorded: launches, in order, and the memory that was asked for meanwhile. */
export class Recording {
  readonly launches: Launch[] = [];
  readonly memory: PlannedMemory[] = [];
  open = true;

  acquire(bytes: number, label: string): PlannedMemory {
    const memory = new PlannedMemory(this, bytes, label);
    this.memory.push(memory);
    return memory;
  }
}
