import type { BatchInput } from '../data/batch-input.js';
import type { BatchLoader } from '../data/loader.js';
import type { Device } from '../gpu/device.js';
import { OutOfMemoryError } from '../gpu/gpu-errors.js';
import type { ProgramPlan } from '../gpu/program/plan.js';
import type { Program } from '../gpu/program/program.js';
import { items } from '../tensor/items.js';
import type { Tensor } from '../tensor/tensor.js';
import { keep, tidy } from '../tensor/tidy.js';
import type { Score } from './score.js';
import type { ProbedTensor } from './watch/probes.js';

/** What a step computes: the mean loss and the number of right answers, of shape []. */
export interface StepResult {
  readonly loss: Tensor;
  readonly correct: Tensor;
  /** What its optional launches gather. */
  readonly probed?: readonly ProbedTensor[];
}

/** Work on one batch of images `[N, C, H, W]` and their labels `[N]`. */
export type BatchWork = (images: Tensor, labels: Tensor) => StepResult;

/** A program for one size of batch, and where it takes the batch from. */
interface Recorded {
  readonly input: BatchInput;
  readonly program: Program<StepResult>;
}

/** What a step would take, found without taking it. */
export interface StepPlan extends ProgramPlan<StepResult> {
  /** Bytes that are written to before each step, which are not part of the program. */
  readonly uploadBytes: number;
}

/**
 * The same work on one batch after another, recorded once for each size of batch (an epoch's last may be smaller) and run for
 * each: a step is an upload, a submit, and two numbers that come back later.
 */
export class BatchProgram {
  readonly #device: Device;
  readonly #batches: BatchLoader;
  readonly #work: BatchWork;
  readonly #recorded = new Map<number, Recorded>();

  constructor(device: Device, batches: BatchLoader, work: BatchWork) {
    this.#device = device;
    this.#batches = batches;
    this.#work = work;
  }

  /** Bytes of device memory that its programs hold, inputs apart. */
  get bytes(): number {
    return [...this.#recorded.values()].reduce((sum, { program }) => sum + program.bytes, 0);
  }

  /**
   * Take a batch to the device and run the work on it.
   * @param epoch,step from 0: which batch of the loader
   * @returns its score, once the GPU has it; the next run need not wait for that
   */
  run(epoch: number, step: number): Promise<Score> {
    const { program, count } = this.load(epoch, step);
    program.run();
    return readScore(program.result, count);
  }

  /** Take a batch to the device. Returns the program that is to be run on it, and how many images it has. */
  load(epoch: number, step: number): { readonly program: Program<StepResult>; readonly count: number } {
    const indices = this.#batches.indices(epoch, step);
    const count = indices.length;
    const { input, program } = this.#recorded.get(count) ?? this.#record(count);
    this.#batches.write(input, epoch, step);
    return { program, count };
  }

  #record(count: number): Recorded {
    const input = this.#input(count);
    return this.#keep(count, { input, program: this.#device.record(() => this.#step(input)) });
  }

  /**
   * Record the work for batches of the sizes of these, in this order, unless that was done, and compile all that it launches side
   * by side. The whole set goes to the device first, where that is worth it; it makes room again where the work finds none beside
   * it.
   * @throws OutOfMemoryError, with what it needs and the largest batch that fits, when there is no room for it
   */
  async compile(epoch: number, ...steps: readonly number[]): Promise<void> {
    const counts = new Set(steps.map((step) => this.#batches.indices(epoch, step).length));
    const missing = [...counts].filter((count) => !this.#recorded.has(count));
    if (missing.length === 0) return;
    await this.#batches.toDevice();
    try {
      for (const count of missing) await this.#compile(count);
    } catch (error) {
      // The set cannot leave while one of them picks from it.
      for (const count of missing) this.#forget(count);
      if (!(error instanceof OutOfMemoryError)) throw error;
      const left = this.#batches.leaveDevice();
      this.#device.trim();
      if (!left) throw this.#tooLarge(missing, error);
      await this.compile(epoch, ...steps);
    }
  }

  async #compile(count: number): Promise<void> {
    const input = this.#input(count);
    try {
      this.#keep(count, { input, program: await this.#device.compile(() => this.#step(input)) });
    } catch (error) {
      input.dispose();
      throw error;
    }
  }

  /** Steps on batches of these sizes have no room: what they need, and which batch would fit. */
  #tooLarge(counts: readonly number[], cause: OutOfMemoryError): OutOfMemoryError {
    const { used } = this.#device.memory;
    const { capacity } = this.#device;
    const needed = (images: number): number => {
      const { bytes, uploadBytes } = this.plan(images);
      return bytes + uploadBytes;
    };
    const largest = Math.max(...counts);
    const together = counts.reduce((sum, count) => sum + needed(count), 0);
    const others = counts.filter((count) => count < largest).map((count) => `, beside one of ${count},`);
    const step = `a step of ${largest} images${others.join('')} needs ${mebibytes(together)} MiB of device memory`;
    if (capacity === Number.POSITIVE_INFINITY) {
      return new OutOfMemoryError(`${step}, which there are not; use a smaller batch (${cause.message})`, {
        cause,
      });
    }
    // What is left over of a smaller batch is unknown here: as much as of this one, or all of it.
    const most = largestBelow(largest, (images) => {
      const sizes = new Set(counts.map((count) => Math.min(count, images)));
      return used + [...sizes].reduce((sum, count) => sum + needed(count), 0) <= capacity;
    });
    const advice = most > 0 ? `the largest batch that fits is ${most}` : 'not even one image fits';
    return new OutOfMemoryError(`${step}, and ${mebibytes(capacity - used)} MiB are free: ${advice}`, {
      cause,
    });
  }

  #keep(count: number, recorded: Recorded): Recorded {
    this.#recorded.set(count, recorded);
    return recorded;
  }

  /** Give the memory of its programs back. Running it again records anew. */
  dispose(): void {
    for (const count of [...this.#recorded.keys()]) this.#forget(count);
  }

  #forget(count: number): void {
    const recorded = this.#recorded.get(count);
    recorded?.program.dispose();
    recorded?.input.dispose();
    this.#recorded.delete(count);
  }

  /**
   * The program for batches of this size, compiled, whose input holds whatever it does: for profiles.
   * @throws OutOfMemoryError when there is no room for it
   */
  async programOf(count: number): Promise<Program<StepResult>> {
    if (!this.#recorded.has(count)) await this.#compile(count);
    return this.#recorded.get(count)!.program;
  }

  /** What the work would take for batches of this size: see `device.plan`. */
  plan(count: number): StepPlan {
    const input = this.#input(count);
    try {
      const plan = this.#device.plan(() => this.#step(input));
      return { ...plan, uploadBytes: input.tensors.reduce((sum, { memory }) => sum + memory.size, 0) };
    } finally {
      input.dispose();
    }
  }

  #input(count: number): BatchInput {
    const input = this.#batches.input(count);
    for (const tensor of input.tensors) keep(tensor);
    return input;
  }

  #step(input: BatchInput): StepResult {
    return tidy(this.#device, () => {
      const { images, labels } = this.#batches.prepare(input);
      return this.#work(images, labels);
    });
  }
}

const mebibytes = (bytes: number): string => (bytes / 2 ** 20).toFixed(1);

/** The largest count, below one that does not fit, which does; 0 if there is none. */
function largestBelow(tooMany: number, fits: (count: number) => boolean): number {
  let [most, exceeds] = [0, tooMany];
  while (exceeds - most > 1) {
    const count = Math.floor((most + exceeds) / 2);
    if (fits(count)) most = count;
    else exceeds = count;
  }
  return most;
}

/** Queues the read-back at once, so the next run may overwrite them; only the numbers come later. */
export async function readScore({ loss, correct }: StepResult, count: number): Promise<Score> {
  const [meanLoss, right] = await items(loss, correct);
  return { lossSum: meanLoss * count, correct: right, count };
}
