/** Something that happens again and again, and may be waited for. */
export class News {
  #next = deferred();

  /** Resolves when it happens next. */
  wait(): Promise<void> {
    return this.#next.promise;
  }

  tell(): void {
    const { resolve } = this.#next;
    this.#next = deferred();
    resolve();
  }
}

function deferred(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let resolve!: () => void;
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}
