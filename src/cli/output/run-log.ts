import type { PreprocessingProgress } from '../../data/index.js';
import type { EpochMetrics } from '../../train/run/metrics.js';
import type { Reporter, RunStart, StepProgress } from '../../train/run/reporter.js';
import { errorOf, lossOf } from '../../train/score.js';
import { describeEpoch, describeStart } from './run-text.js';

/** Milliseconds between two lines within a long epoch. */
const INTERVAL = 30_000;

/** A line for each epoch, and now and then one within: for files and pipes. */
export class RunLog implements Required<Reporter> {
  readonly #stream: NodeJS.WritableStream;
  #epochs = 0;
  #lastLine = performance.now();
  #isTraining = false;
  /** How many images are decoded, while an epoch is trained. */
  #decoded = '';

  constructor(stream: NodeJS.WritableStream) {
    this.#stream = stream;
  }

  preparing({ stage, done, total }: PreprocessingProgress): void {
    if (this.#isTraining) this.#decoded = done < total ? `; ${done} of ${total} decoded` : '';
    // While steps are taken, their lines tell it.
    if (performance.now() - this.#lastLine < (this.#isTraining ? 2 : 1) * INTERVAL) return;
    this.#print(`preparing the images: ${stage}, ${done} of ${total}`);
  }

  started(run: RunStart): void {
    this.#epochs = run.config.epochs;
    this.#print(describeStart(run));
    this.#isTraining = true;
  }

  stepped({ epoch, step, steps, score, imagesPerSecond }: StepProgress): void {
    if (performance.now() - this.#lastLine < INTERVAL) return;
    this.#print(
      `epoch ${epoch}/${this.#epochs}, step ${step}/${steps}  loss ${lossOf(score).toFixed(4)}, ` +
        `error ${(100 * errorOf(score)).toFixed(2)} %  ${Math.round(imagesPerSecond)} images/s${this.#decoded}`,
    );
  }

  evaluating(): void {}

  finishedEpoch(metrics: EpochMetrics): void {
    // What was wanted is decoded; the set may have more.
    this.#decoded = '';
    this.#print(describeEpoch(metrics, this.#epochs));
  }

  warned(text: string): void {
    this.#print(`warning: ${text}`);
  }

  /** There is nothing to leave in order. */
  close(): void {}

  #print(line: string): void {
    this.#lastLine = performance.now();
    this.#stream.write(`${line}\n`);
  }
}
