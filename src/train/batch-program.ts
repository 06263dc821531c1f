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

/** What a step computes: the mean loss and the number of right answers, of shape []. */
export interface StepResult {
  readonly loss: Tensor;
  readonly correct: Tensor;
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
    const indices = this.#batches.indices(epoch, step);
    const count = indices.length;
    const { input, program } = this.#recorded.get(count) ?? this.#record(count);
    input.write(indices);
    program.run();
    return readScore(program.result, count);
  }

  #record(count: number): Recorded {
    const input = this.#input(count);
    return this.#keep(count, { input, program: this.#device.record(() => this.#step(input)) });
  }

  /**
   * Record the work for batches of the size of this one, unless that was done, and compile all that it launches side by side.
   * The whole set goes to the device first, where that is worth it; it makes room again where the work finds none beside it.
   * @throws OutOfMemoryError, with what it needs and the largest batch that fits, when there is no room for it
   */
  async compile(epoch: number, step: number): Promise<void> {
    const count = this.#batches.indices(epoch, step).length;
    if (this.#recorded.has(count)) return;
    await this.#batches.toDevice();
    const input = this.#input(count);
    try {
      this.#keep(count, { input, program: await this.#device.compile(() => this.#step(input)) });
    } catch (error) {
      input.dispose();
      if (!(error instanceof OutOfMemoryError)) throw error;
      if (!this.#batches.leaveDevice()) throw this.#tooLarge(count, error);
      this.#device.trim();
      await this.compile(epoch, step);
    }
  }

  /** The step has no room: what it needs, and which batch would fit. */
  #tooLarge(count: number, cause: OutOfMemoryError): OutOfMemoryError {
    const { used } = this.#device.memory;
    const { capacity } = this.#device;
    const needed = (images: number): number => {
      const { bytes, uploadBytes } = this.plan(images);
      return bytes + uploadBytes;
    };
    const step = `a step of ${count} images needs ${mebibytes(needed(count))} MiB of device memory`;
    if (capacity === Number.POSITIVE_INFINITY) {
      return new OutOfMemoryError(`${step}, which there are not; use a smaller batch (${cause.message})`, {
        cause,
      });
    }
    const most = largestBelow(count, (images) => used + needed(images) <= capacity);
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
    for (const { program, input } of this.#recorded.values()) {
      program.dispose();
      input.dispose();
    }
    this.#recorded.clear();
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
async function readScore({ loss, correct }: StepResult, count: number): Promise<Score> {
  const [meanLoss, right] = await items(loss, correct);
  return { lossSum: meanLoss * count, correct: right, count };
}
