import { checkArgument } from '../../errors/check-options.js';
import { DawngradError } from '../../errors/errors.js';
import { synchronous } from '../../errors/rules.js';
import type { Memory } from '../memory/memory.js';
import type { Launch } from './launch.js';
import { Recording } from './recording.js';

/** What some work did while it was recorded, and what it returned. */
export interface Recorded<T> {
  readonly recording: Recording;
  readonly result: T;
}

/** Records what work does on a device instead of doing it, one piece of work at a time. */
export class Recorder {
  #recording: Recording | undefined;
  readonly #used = new WeakSet<Memory>();

  /** The recording that is being made, if one is. */
  get recording(): Recording | undefined {
    return this.#recording;
  }

  /**
   * @param who asks for it, for errors
   * @throws DawngradError while another work is recorded, ArgumentError when it is async, and what `work` throws; nothing has
   *   happened on the device then
   */
  record<T>(who: string, work: () => T): Recorded<T> {
    checkArgument(who, 'work', work, synchronous);
    if (this.#recording) throw new DawngradError('recording a program: another one is being recorded');
    const recording = new Recording();
    this.#recording = recording;
    try {
      return { recording, result: work() };
    } finally {
      recording.close();
      this.#recording = undefined;
    }
  }

  /** @throws DawngradError while something is recorded: what no program repeats must not happen once and be missing in it */
  refuse(what: string): void {
    if (!this.#recording) return;
    throw new DawngradError(
      `${what} while a program is recorded: no run of the program would repeat it; do it before each run, or put it into ` +
        'device.onHost(() => ...) to do it in each, or into device.unrecorded(() => ...) to do it once and now',
    );
  }

  /** Run `work` as if nothing was being recorded. */
  unrecorded<T>(work: () => T): T {
    const recording = this.#recording;
    this.#recording = undefined;
    try {
      return work();
    } finally {
      this.#recording = recording;
    }
  }

  /** Add a launch to the recording, if one is being made. */
  launch(launch: Launch): void {
    if (!this.#recording) return;
    this.#recording.add(launch);
    for (const memory of launch.operands) this.#used.add(memory);
  }

  /** Was this memory an operand of anything that was recorded? */
  hasUsed(memory: Memory): boolean {
    return this.#used.has(memory);
  }
}
