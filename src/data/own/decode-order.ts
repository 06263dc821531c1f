/** Which file is decoded next: those that somebody waits for first, then all others. */
export class DecodeOrder {
  readonly #begun: Uint8Array;
  /** What is asked for, and everything; each is gone through once. */
  readonly #lists: [wanted: Iterator<number>, all: Iterator<number>];
  #left: number;

  /**
   * @param all every file, in the order in which they are decoded where nobody asks for any
   * @param done those that need not be decoded
   */
  constructor(all: Uint32Array, done: (file: number) => boolean) {
    this.#begun = Uint8Array.from({ length: all.length }, (_, file) => Number(done(file)));
    this.#left = this.#begun.reduce((left, begun) => left - begun, all.length);
    this.#lists = [[].values(), all.values()];
  }

  /** How many are not begun. */
  get left(): number {
    return this.#left;
  }

  /** These are decoded before all others, in place of those that were to be before. */
  expect(files: Uint32Array): void {
    this.#lists[0] = files.values();
  }

  /** The next files, which are begun by that; fewer than `most` where there are no more. */
  next(most: number): number[] {
    const files: number[] = [];
    for (const list of this.#lists) {
      while (files.length < most) {
        const { value: file, done } = list.next();
        if (done) break;
        if (this.#begun[file]) continue;
        this.#begun[file] = 1;
        files.push(file);
      }
    }
    this.#left -= files.length;
    return files;
  }
}
