import type { BatchLoader, Upload } from '../data/loader.js';
import type { Device } from '../gpu/device.js';
import type { ProgramPlan } from '../gpu/program/plan.js';
import type { Program } from '../gpu/program/program.js';
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

/** One size of batch, and what is run on it. */
interface Recorded extends Upload {
  readonly program: Program<StepResult>;
  /** Not run yet: what the work did on the host when it was recorded is for the first run. */
  fresh: boolean;
}

/** What a step would take. */
export interface StepPlan extends ProgramPlan<StepResult> {
  /** Bytes that a batch is uploaded to, which are not part of the program. */
  readonly uploadBytes: number;
}

/**
 * The same work on one batch after another, recorded once for each size of batch (an epoch's last may be smaller) and
 * replayed: a step is an upload, a submit, and two numbers that come back later.
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

  /** Bytes of memory that its programs hold. */
  get bytes(): number {
    return [...this.#recorded.values()].reduce((sum, { program }) => sum + program.bytes, 0);
  }

  /**
   * Upload a batch and run the work on it.
   * @param again is called where the work has run before, for what it did on the host when it was recorded
   */
  run(epoch: number, step: number, again: () => void = () => {}): Promise<Score> {
    const host = this.#batches.hostBatch(epoch, step);
    const count = host.labels.length;
    let recorded = this.#recorded.get(count);
    if (!recorded) {
      const upload = this.#upload(count);
      const program = this.#device.record(() => this.#step(upload));
      recorded = { ...upload, program, fresh: true };
      this.#recorded.set(count, recorded);
    }
    if (!recorded.fresh) again();
    recorded.fresh = false;
    recorded.packedPixels.write(host.packedPixels);
    recorded.labels.write(host.labels);
    recorded.program.run();
    return readScore(recorded.program.result, count);
  }

  /**
   * Record the work for batches of the size of this one, unless that was done, and compile all that it launches side by side.
   * The next run must be on such a batch: what recording did on the host is meant for it.
   */
  async compile(epoch: number, step: number): Promise<void> {
    const count = this.#batches.hostBatch(epoch, step).labels.length;
    if (this.#recorded.has(count)) return;
    const upload = this.#upload(count);
    const program = await this.#device.compile(() => this.#step(upload));
    this.#recorded.set(count, { ...upload, program, fresh: true });
  }

  dispose(): void {
    for (const { program, packedPixels, labels } of this.#recorded.values()) {
      program.dispose();
      packedPixels.dispose();
      labels.dispose();
    }
    this.#recorded.clear();
  }

  /** What the work would take for batches of this size. It is gone through once on the host, and computes nothing. */
  plan(count: number): StepPlan {
    const upload = this.#upload(count);
    const { packedPixels, labels } = upload;
    try {
      const plan = this.#device.plan(() => this.#step(upload));
      return { ...plan, uploadBytes: packedPixels.memory.size + labels.memory.size };
    } finally {
      packedPixels.dispose();
      labels.dispose();
    }
  }

  #upload(count: number): Upload {
    const { packedPixels, labels } = this.#batches.upload(count);
    return { packedPixels: keep(packedPixels), labels: keep(labels) };
  }

  #step({ packedPixels, labels }: Upload): StepResult {
    return tidy(this.#device, () => this.#work(this.#batches.prepare(packedPixels, labels).images, labels));
  }
}

/** Queues the read-back at once, so the next run may overwrite them; only the numbers come later. */
async function readScore({ loss, correct }: StepResult, count: number): Promise<Score> {
  const [meanLoss, right] = await Promise.all([loss.item(), correct.item()]);
  return { lossSum: meanLoss * count, correct: right, count };
}
