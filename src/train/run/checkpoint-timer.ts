import type { RunConfig } from '../recipes/config.js';

type Interval = RunConfig['checkpointEvery'];

/** Tells when the next checkpoint within an epoch is due. */
export class CheckpointTimer {
  readonly #every: Interval;
  readonly #now: () => number;
  #since: number;
  #steps = 0;

  /** @param now a clock, in milliseconds */
  constructor(every: Interval, now: () => number = () => performance.now()) {
    this.#every = every;
    this.#now = now;
    this.#since = now();
  }

  /** Count a step. Returns whether a checkpoint is due after it. */
  step(): boolean {
    this.#steps += 1;
    if (!this.#every) return false;
    if ('steps' in this.#every) return this.#steps >= this.#every.steps;
    return this.#now() - this.#since >= 60_000 * this.#every.minutes;
  }

  /** A checkpoint was taken, due or not. */
  restart(): void {
    this.#since = this.#now();
    this.#steps = 0;
  }
}
