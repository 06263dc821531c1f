import type { WriteStream } from 'node:tty';
import { Presets, SingleBar } from 'cli-progress';
import type { PreprocessingProgress } from '../../data/index.js';
import type { EpochMetrics } from '../../train/run/metrics.js';
import type { Reporter, RunStart, StepProgress } from '../../train/run/reporter.js';
import { errorOf, lossOf } from '../../train/score.js';
import { describeEpoch, describeStart, formatSeconds } from './run-text.js';

const FORMAT =
  'epoch {epoch} |{bar}| {phase}  loss {loss}  error {error} %  {rate} images/s  {left} left{decoded}';

const PREPARING = 'preparing the images |{bar}| {stage}';

/** A bar for the epoch under way, before the first for preprocessing, and above it a line for each finished one: for terminals. */
export class RunBar implements Required<Reporter> {
  readonly #stream: WriteStream;
  readonly #bar: SingleBar;
  readonly #preparing: SingleBar;
  #epochs = 0;
  #trainCount = 0;
  #shown = { epoch: '', phase: '', loss: '', error: '', rate: '', left: '', decoded: '' };
  #isTraining = false;

  constructor(stream: WriteStream) {
    this.#stream = stream;
    // Ctrl-C is ours: it saves a checkpoint first.
    const options = { stream, barsize: 20, hideCursor: true, clearOnComplete: true, gracefulExit: false };
    this.#bar = new SingleBar({ ...options, format: FORMAT }, Presets.shades_classic);
    this.#preparing = new SingleBar({ ...options, format: PREPARING }, Presets.shades_classic);
  }

  preparing({ stage, done, total }: PreprocessingProgress): void {
    if (this.#isTraining) {
      this.#decoded(done, total);
      return;
    }
    if (!this.#preparing.isActive) this.#preparing.start(total, done, { stage });
    this.#preparing.setTotal(total);
    this.#preparing.update(done, { stage });
  }

  started(run: RunStart): void {
    this.#epochs = run.config.epochs;
    this.#trainCount = run.dataset.train.count;
    this.#print(describeStart(run));
    this.#isTraining = true;
  }

  /** Images are decoded while an epoch is trained: there is one bar, that of the epoch, which tells it too. */
  #decoded(done: number, total: number): void {
    const decoded = done < total ? `  ${Math.floor((100 * done) / total)} % decoded` : '';
    this.#shown = { ...this.#shown, decoded };
    if (this.#bar.isActive) this.#bar.update(this.#shown);
  }

  stepped({ epoch, step, steps, score, imagesPerSecond }: StepProgress): void {
    const left = (this.#epochs - epoch + 1) * this.#trainCount - score.count;
    this.#shown = {
      ...this.#shown,
      epoch: `${epoch}/${this.#epochs}`,
      phase: `${step}/${steps}`,
      loss: lossOf(score).toFixed(3),
      error: (100 * errorOf(score)).toFixed(1),
      rate: String(Math.round(imagesPerSecond)),
      left: formatSeconds(Math.max(0, left) / imagesPerSecond),
    };
    this.#show(step, steps);
  }

  evaluating(done: number, of: number): void {
    this.#shown = { ...this.#shown, phase: 'testing' };
    this.#show(done, of);
  }

  finishedEpoch(metrics: EpochMetrics): void {
    // What was wanted is decoded; the set may have more.
    this.#shown = { ...this.#shown, decoded: '' };
    this.#print(describeEpoch(metrics, this.#epochs));
  }

  warned(text: string): void {
    this.#print(`warning: ${text}`);
  }

  /** Leave the terminal in order; after this nothing is shown. */
  close(): void {
    this.#preparing.stop();
    this.#bar.stop();
  }

  #show(done: number, of: number): void {
    if (!this.#bar.isActive) this.#bar.start(of, done, this.#shown);
    this.#bar.setTotal(of);
    this.#bar.update(done, this.#shown);
  }

  /** Print a line above the bar, which the next step draws again. */
  #print(text: string): void {
    this.#preparing.stop();
    this.#bar.stop();
    this.#stream.write(`${text}\n`);
  }
}
