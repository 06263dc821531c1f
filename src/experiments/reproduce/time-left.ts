import type { Stretch } from './speed.js';

type Epochs = Pick<Stretch, 'epochs' | 'secondsPerEpoch'>;

/** Seconds that several runs will still take: at first as estimated, then corrected by how long their epochs really took. */
export class TimeLeft {
  /** The epochs to come, by run. */
  readonly #runs: Epochs[][];
  /** Seconds of the epochs that were finished since: as estimated, and as they were. */
  #estimated = 0;
  #taken = 0;

  constructor(runs: readonly (readonly Epochs[])[]) {
    this.#runs = runs.map((stretches) => [...stretches]);
  }

  /** Runs that are not finished. */
  get runs(): number {
    return this.#runs.filter((stretches) => stretches.some(({ epochs }) => epochs > 0)).length;
  }

  /** Epochs that are left in all. */
  get epochs(): number {
    return this.#runs.flat().reduce((sum, { epochs }) => sum + epochs, 0);
  }

  /** Seconds that are left in all. */
  get seconds(): number {
    const slower = this.#estimated > 0 ? this.#taken / this.#estimated : 1;
    const seconds = ({ epochs, secondsPerEpoch }: Epochs) => epochs * secondsPerEpoch;
    return slower * this.#runs.flat().reduce((sum, stretch) => sum + seconds(stretch), 0);
  }

  /**
   * Take note of an epoch.
   * @param run counted from 0
   */
  finishedEpoch(run: number, seconds: number): void {
    const stretches = this.#runs[run]!;
    const index = stretches.findIndex(({ epochs }) => epochs > 0);
    const stretch = stretches[index];
    if (!stretch) return;
    stretches[index] = { ...stretch, epochs: stretch.epochs - 1 };
    this.#estimated += stretch.secondsPerEpoch;
    this.#taken += seconds;
  }

  /** Take a run for finished, which may have ended before its last epoch. */
  finishedRun(run: number): void {
    this.#runs[run] = [];
  }
}
