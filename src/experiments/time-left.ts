import type { Stretch } from './speed.js';

/** Seconds that several runs will still take: first as estimated, then corrected by how long their epochs really took. */
export class TimeLeft {
  /** Of each run, the epochs to come. */
  readonly #runs: Stretch[][];
  #expected = 0;
  #taken = 0;

  constructor(runs: readonly (readonly Stretch[])[]) {
    this.#runs = runs.map((stretches) => [...stretches]);
  }

  get seconds(): number {
    const slower = this.#taken > 0 ? this.#taken / this.#expected : 1;
    const estimated = this.#runs
      .flat()
      .reduce((sum, { epochs, secondsPerEpoch }) => sum + epochs * secondsPerEpoch, 0);
    return slower * estimated;
  }

  /** @param trained training of a run before this start: its first epochs need not be awaited. */
  skipEpochs(run: number, trained: number): void {
    for (let epoch = 0; epoch < trained; epoch++) this.#nextEpoch(run);
  }

  finishedEpoch(run: number, seconds: number): void {
    this.#expected += this.#nextEpoch(run);
    this.#taken += seconds;
  }

  /** It may have ended before its last epoch. */
  finishedRun(run: number): void {
    this.#runs[run] = [];
  }

  /** Take an epoch off. @returns its estimated seconds */
  #nextEpoch(run: number): number {
    const stretches = this.#runs[run]!;
    const index = stretches.findIndex(({ epochs }) => epochs > 0);
    const stretch = stretches[index];
    if (!stretch) return 0;
    stretches[index] = { ...stretch, epochs: stretch.epochs - 1 };
    return stretch.secondsPerEpoch;
  }
}
