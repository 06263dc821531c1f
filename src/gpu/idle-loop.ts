/** No shorter wait is interrupted: most reads of a small program are done by then. */
const GRACE_MS = 1;

const NAP_MS = 0.25;

/**
 * Lets a software adapter have the processor. While anything is awaited of the GPU, Dawn for Node looks whether it is done
 * each time round Node's event loop, and has the loop turn without a pause: a core under full load, which on a GPU's machine
 * nobody misses. But where the processor plays GPU, that is a core which it needs for the work being waited for: on two
 * cores a matrix product takes 1.6 to 2 times as long. So, after a moment, the thread takes a short nap in every turn.
 */
export class IdleLoop {
  readonly #cell = new Int32Array(new SharedArrayBuffer(4));
  #waits = 0;
  #turning = false;
  #changed = 0;

  /** Wait for something that the GPU does. */
  async during<T>(promise: Promise<T>): Promise<T> {
    this.#changed = performance.now();
    this.#waits++;
    if (!this.#turning) this.#turn();
    try {
      return await promise;
    } finally {
      this.#waits--;
      this.#changed = performance.now();
    }
  }

  #turn(): void {
    this.#turning = this.#waits > 0;
    if (!this.#turning) return;
    if (performance.now() - this.#changed > GRACE_MS) Atomics.wait(this.#cell, 0, 0, NAP_MS);
    // Dawn keeps the loop turning, and the process alive, for as long as there is reason to.
    setImmediate(() => this.#turn()).unref();
  }
}
