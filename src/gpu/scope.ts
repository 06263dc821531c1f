/** Something whose memory can be given back before the garbage collector notices. */
export interface Disposable {
  /** Give the memory back now; doing so twice is harmless. */
  dispose(): void;
}

/**
 * Scopes of `tidy`: what is made inside one is disposed of at its end. JavaScript's garbage collector cannot see GPU memory,
 * so a training loop that relied on it would run out; a loop that tidies each step reuses the same buffers every step.
 */
export class Scopes {
  readonly #open: Set<Disposable>[] = [];

  /** Note something new: it belongs to the innermost open scope. */
  add(item: Disposable): void {
    this.#open.at(-1)?.add(item);
  }

  /** Take something out of every open scope: it outlives them, as parameters' gradients do. */
  keep(item: Disposable): void {
    for (const scope of this.#open) scope.delete(item);
  }

  /** Run `work` and dispose of what it made, except for what `survivors` finds in its result. */
  run<T>(work: () => T, survivors: (result: T) => Iterable<Disposable>): T {
    const scope = new Set<Disposable>();
    this.#open.push(scope);
    let result: T;
    try {
      result = work();
    } catch (error) {
      this.#open.pop();
      for (const item of scope) item.dispose();
      throw error;
    }
    this.#open.pop();
    for (const item of survivors(result)) {
      if (scope.delete(item)) this.add(item);
    }
    for (const item of scope) item.dispose();
    return result;
  }
}
