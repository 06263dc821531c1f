/** How long an epoch has taken so far. */
export interface Spent {
  /** Images trained on in that time. */
  readonly images: number;
  /** Seconds of training on them: compiling, scoring and the time between two pieces are left out. */
  readonly training: number;
  /** Seconds in all, but for the time between two pieces. */
  readonly seconds: number;
}

const NOTHING: Spent = { images: 0, training: 0, seconds: 0 };

/** Times an epoch over all the pieces that it is done in: a run may stop within it, and go on in another process. */
export class EpochClock {
  /** What the epoch took when the clock was looked at last. Set it to go on from a checkpoint. */
  spent: Spent = NOTHING;
  readonly #now: () => number;
  #last: number;

  /** @param now a clock, in milliseconds */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
    this.#last = now();
  }

  /** An epoch begins, or goes on: the time since the last look was not spent on it. */
  start(): void {
    this.#last = this.#now();
  }

  /**
   * Look at the clock.
   * @param images how many were trained on since the last look; left out, something else was done
   */
  lap(images?: number): void {
    const now = this.#now();
    const seconds = (now - this.#last) / 1000;
    this.#last = now;
    const { spent } = this;
    this.spent = {
      images: spent.images + (images ?? 0),
      training: spent.training + (images === undefined ? 0 : seconds),
      seconds: spent.seconds + seconds,
    };
  }

  /** The epoch is over. */
  takeSpent(): Spent {
    this.lap();
    const { spent } = this;
    this.spent = NOTHING;
    return spent;
  }
}
