/** When the next checkpoint within an epoch is due. */

/** How often: by the time that has passed, or by the steps that were taken; `false` for never within an epoch. */
export type CheckpointEvery = false | { readonly minutes: number } | { readonly steps: number };

export class CheckpointTimer {
  readonly #every: CheckpointEvery;
  readonly #now: () => number;
  #since: number;
  #steps = 0;

  /** @param now a clock, in milliseconds */
  constructor(every: CheckpointEvery, now: () => number = () => performance.now()) {
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
