/** Until when to begin something new. */
export class Deadline {
  #start = performance.now();
  #seconds;

  constructor(seconds) {
    this.#seconds = seconds;
  }

  /** Seconds since the start. */
  passed() {
    return (performance.now() - this.#start) / 1000;
  }

  /** Milliseconds that are left; at least one. */
  left() {
    return Math.max(1, 1000 * (this.#seconds - this.passed()));
  }

  /** Is it over? Then what is not begun any more is said. */
  isOver(say, what) {
    const over = this.passed() >= this.#seconds;
    if (over) say(`${what}: left out, for lack of time (--seconds)`);
    return over;
  }
}
