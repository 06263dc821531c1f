import { DawngradError } from '../../errors/errors.js';
import type { Memory, OwnedMemory } from '../memory/memory.js';
import type { Texels } from '../memory/texels.js';
import type { Dispatch } from './dispatch.js';
import type { Launch } from './launch.js';
import { type Arena, type ProgramPlan, planProgram } from './plan.js';
import type { Recorded } from './recorder.js';
import { type HostWork, placeIn } from './recording.js';

/** What a program takes from the device that it runs on. */
export interface ProgramDevice {
  /** Bytes of the largest buffer. */
  readonly largest: number;
  /** Memory for `bytes` bytes: see `Device.acquire`. */
  acquire(bytes: number, label: string): OwnedMemory;
  /** Textures of these sizes: see `Texels`. */
  texels(sizes: readonly number[]): Texels;
  /** Find or compile the pipeline of a launch, and bind its operands. */
  prepare(launch: Launch, texels: Texels): Dispatch;
  /** Do all of this, in order, after everything queued so far. */
  run(work: readonly (Dispatch | HostWork)[]): void;
}

/** Which of a program's launches to run. */
export interface WhichLaunches {
  /** Those too that were recorded by `device.optionally` (default false). */
  readonly optional?: boolean;
}

/** One launch of a program, to be run on its own. */
export interface SingleLaunch {
  readonly launch: Launch;
  /** Submit it this many times in a row, each after the one before. */
  run(times: number): void;
}

/**
 * Recorded work that can be run again and again: kernel launches with their pipelines, bind groups and buffers, and what the
 * host does between them (`device.onHost`). A run costs no op code and no allocation.
 *
 * Made by `device.record` and `device.compile`.
 */
export class Program<T> {
  /** What the recorded function returned. Tensors in it hold the values of the last run, once there was one. */
  readonly result: T;
  /** Bytes of device memory that it holds, until `dispose`. */
  readonly bytes: number;
  /** What it launches, and where its memory is: for whoever wants to explain it. */
  readonly plan: ProgramPlan<T>;
  readonly #device: ProgramDevice;
  readonly #work: readonly (Dispatch | HostWork)[];
  /** All of it but what is optional. */
  readonly #always: readonly (Dispatch | HostWork)[];
  readonly #memory: readonly OwnedMemory[];
  readonly #texels: Texels;
  /** What its launches read and write, its own memory and that of tensors made before. */
  readonly #operands: readonly Memory[];
  #disposed = false;

  constructor(recorded: Recorded<T>, device: ProgramDevice) {
    this.plan = planProgram(recorded, device.largest);
    const { result, bytes, arenas, texels } = this.plan;
    this.result = result;
    this.bytes = bytes;
    this.#device = device;
    [this.#memory, this.#texels] = acquireAll(arenas, texels, device);
    arenas.forEach(({ tenants }, index) => {
      const arena = this.#memory[index]!;
      for (const { memory, offset, size } of tenants) memory.putAt(placeIn(arena, offset, size));
    });
    this.#operands = [...new Set(recorded.recording.launches.flatMap(({ operands }) => operands))];
    this.#work = recorded.recording.work.map((item) =>
      typeof item === 'function' ? item : device.prepare(item, this.#texels),
    );
    this.#always = this.#work.filter((item) => typeof item === 'function' || !item.launch.optional);
  }

  /** The names of the kernels that it launches, in order. */
  get kernels(): readonly string[] {
    return this.#work.flatMap((item) => (typeof item === 'function' ? [] : item.launch.label));
  }

  /**
   * Do all of it, after everything queued so far: it is submitted to the GPU, which this call does not wait for. What changes
   * from run to run is written, before the run, into tensors that were made before recording.
   * @throws DawngradError after `dispose` of it or of a tensor that it was recorded with, and while another program is recorded;
   *   and what the recorded host work throws, in which case nothing that comes after it is done
   */
  run({ optional = false }: WhichLaunches = {}): void {
    this.#run(optional ? this.#work : this.#always);
  }

  /**
   * Its launches in order, for whoever wants to time them: each is run as often as they like before the next is asked for, and
   * finds in memory what a run of the program leaves there, but for what repeating changes. Work on the host is done as it comes.
   * @throws what `run` throws
   */
  *oneByOne({ optional = false }: WhichLaunches = {}): Generator<SingleLaunch> {
    for (const item of optional ? this.#work : this.#always) {
      if (typeof item === 'function') this.#run([item]);
      else yield { launch: item.launch, run: (times) => this.#run(Array(times).fill(item)) };
    }
  }

  #run(work: readonly (Dispatch | HostWork)[]): void {
    if (this.#disposed) throw new DawngradError('running a program that was disposed of');
    if (this.#operands.some(({ released }) => released)) {
      throw new DawngradError(
        'running a program: a tensor made before its recording, which it reads or writes, was disposed of, and its memory may be ' +
          "another's; keep() what is made in a tidy() for as long as the program is run",
      );
    }
    this.#device.run(work);
  }

  /** Give its memory back. Tensors in its result are lost. Doing so twice is harmless. */
  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    for (const memory of this.#memory) memory.release();
    this.#texels.dispose();
  }
}

/** Memory for all arenas and textures, or, where there is no room for one, for none. */
function acquireAll(
  arenas: readonly Arena[],
  texels: readonly number[],
  device: ProgramDevice,
): [memory: OwnedMemory[], texels: Texels] {
  const acquired: OwnedMemory[] = [];
  try {
    for (const { bytes, tenants } of arenas) {
      acquired.push(device.acquire(bytes, `memory of ${tenants.length} tensors`));
    }
    return [acquired, device.texels(texels)];
  } catch (error) {
    for (const memory of acquired) memory.release();
    throw error;
  }
}
