/**
 * How often some memory was written to, so that the tape can tell that a tensor is no longer what an op had read: PyTorch's
 * version counter. Views share it. A part counts what is written to it and to the whole, the whole what is written to any part.
 */
export class Writes {
  readonly #whole: Writes | undefined;
  #own = 0;
  #inParts = 0;

  constructor(whole?: Writes) {
    this.#whole = whole;
  }

  /** A number that is another one after each write. */
  get version(): number {
    let version = this.#own + this.#inParts;
    for (let whole = this.#whole; whole; whole = whole.#whole) version += whole.#own;
    return version;
  }

  /** Count one more write. */
  count(): void {
    this.#own += 1;
    for (let whole = this.#whole; whole; whole = whole.#whole) whole.#inParts += 1;
  }

  /** Go on counting where other memory stopped, whose values moved here. */
  goOnFrom(before: Writes): void {
    this.#own += before.version - this.version;
  }
}
