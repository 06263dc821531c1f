import { DawngradError } from '../../errors/errors.js';
import type { OwnedMemory } from '../memory/memory.js';
import type { Dispatch } from './recorder.js';

/** What a `Program` is made of, once its launches have pipelines, bind groups and memory. */
export interface ProgramParts<T> {
  readonly result: T;
  readonly dispatches: readonly Dispatch[];
  readonly memory: readonly OwnedMemory[];
  /** Never read: what is referred to here is not collected while the program is. */
  readonly owners: readonly object[];
  /** Bytes of its own memory: everything that was made while recording. */
  readonly bytes: number;
  readonly submit: (dispatches: readonly Dispatch[]) => void;
}

/**
 * A recorded list of dispatches, with their pipelines, bind groups and buffers. Running it is one submit: no op code, no
 * allocation. What changes from run to run is written, before the run, into tensors that were made before recording.
 *
 * Made by `device.record`.
 */
export class Program<T> {
  /** What the recorded function returned: tensors in it hold the values of the last run. */
  readonly result: T;
  readonly bytes: number;
  readonly #parts: ProgramParts<T>;
  #disposed = false;

  constructor(parts: ProgramParts<T>) {
    this.result = parts.result;
    this.bytes = parts.bytes;
    this.#parts = parts;
  }

  /** The names of its kernels, in order. */
  get kernels(): readonly string[] {
    return this.#parts.dispatches.map(({ label }) => label);
  }

  /** Submit all of it, after everything recorded so far; does not wait. */
  run(): void {
    if (this.#disposed) throw new DawngradError('running a program that was disposed of');
    this.#parts.submit(this.#parts.dispatches);
  }

  /** Give its memory back. Tensors in its result are lost. */
  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    for (const memory of this.#parts.memory) memory.release();
  }
}
