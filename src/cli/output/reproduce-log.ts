import type { PreprocessingProgress } from '../../data/index.js';
import type { PlannedRun } from '../../experiments/reproduce/plan.js';
import type { ExperimentReporter } from '../../experiments/reproduce/run-experiment.js';
import type { TimeLeft } from '../../experiments/reproduce/time-left.js';
import type { EpochMetrics } from '../../train/run/metrics.js';
import type { RunStart, StepProgress } from '../../train/run/reporter.js';
import { describeRun } from './reproduce-text.js';
import type { RunReporter } from './run-reporter.js';
import { describeTime } from './run-text.js';

/** Milliseconds between two lines about the time left. */
const INTERVAL = 60_000;

/** What is shown of each run, and between them what there is to do and how long it will take. */
export class ReproduceLog implements Required<ExperimentReporter> {
  readonly #stream: NodeJS.WritableStream;
  readonly #run: RunReporter;
  #lastTime = performance.now();

  /** @param run shows each of the runs */
  constructor(stream: NodeJS.WritableStream, run: RunReporter) {
    this.#stream = stream;
    this.#run = run;
  }

  planned(runs: readonly PlannedRun[]): void {
    const count = (state: PlannedRun['state']) => runs.filter((one) => one.state === state).length;
    this.#print(
      `${runs.length} ${runs.length === 1 ? 'run' : 'runs'}: ${count('finished')} finished, ${count('begun')} begun, ${count('missing')} to begin`,
    );
  }

  fitting({ recipe }: PlannedRun): void {
    this.#print(`fitting the preprocessing of ${recipe.name}`);
  }

  measuring({ recipe }: PlannedRun): void {
    this.#print(`timing a few steps of ${recipe.name}`);
  }

  running(run: PlannedRun, number: number, of: number): void {
    this.#print(`\nrun ${number} of ${of}: ${describeRun(run)}`);
  }

  timeLeft(seconds: number, when: 'before' | 'during'): void {
    if (when === 'before') {
      this.#print(`training will take ${describeTime(seconds)}, if the machine stays as busy as it is`);
    } else if (performance.now() - this.#lastTime >= INTERVAL) {
      this.#print(`${describeTime(seconds)} left in all`);
    } else return;
    this.#lastTime = performance.now();
  }

  stopped({ runs, epochs, seconds }: Pick<TimeLeft, 'runs' | 'epochs' | 'seconds'>): void {
    const count = (number: number, one: string) => `${number} ${one}${number === 1 ? '' : 's'}`;
    this.#print(`left: ${count(runs, 'run')}, ${count(epochs, 'epoch')}, ${describeTime(seconds)}`);
  }

  preparing(progress: PreprocessingProgress): void {
    this.#run.preparing(progress);
  }

  started(start: RunStart): void {
    this.#run.started(start);
  }

  stepped(progress: StepProgress): void {
    this.#run.stepped(progress);
  }

  evaluating(done: number, of: number): void {
    this.#run.evaluating(done, of);
  }

  finishedEpoch(metrics: EpochMetrics): void {
    this.#run.finishedEpoch(metrics);
  }

  warned(text: string): void {
    this.#run.warned(text);
  }

  #print(line: string): void {
    this.#stream.write(`${line}\n`);
  }
}
