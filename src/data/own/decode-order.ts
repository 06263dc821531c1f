/**
 * Images that are decoded before anybody has asked for them, at most: enough for threads to have work at all times, and no more, since
 * they take the processor from whoever compiles shaders, or computes on it.
 */
const AHEAD = 256;

/** Which file is decoded next: one that somebody waits for, else the next of those that are expected, a bounded number ahead. */
export class DecodeOrder {
  readonly #begun: Uint8Array;
  readonly #asked: Uint8Array;
  /** What somebody waits for, and what is expected; all of them that are begun before their turn are passed over. */
  #waitedFor: number[] = [];
  #expected: Iterator<number> = [].values();
  /** Files that are not begun. */
  #left: number;
  /** Files that were begun, and that nobody has asked for. */
  #ahead = 0;
  #most = AHEAD;

  /** @param done those of the `count` files that need not be decoded */
  constructor(count: number, done: (file: number) => boolean) {
    this.#begun = Uint8Array.from({ length: count }, (_, file) => Number(done(file)));
    this.#asked = this.#begun.slice();
    this.#left = this.#begun.reduce((left, begun) => left - begun, count);
  }

  /** How many are not begun. */
  get left(): number {
    return this.#left;
  }

  /** These will be asked for next, in place of those of which that was said before, unless somebody waits for all. */
  expect(files: Uint32Array): void {
    if (this.#most === AHEAD) this.#expected = files.values();
  }

  /** Somebody waits for these. */
  ask(files: ArrayLike<number>): void {
    for (let place = 0; place < files.length; place++) {
      const file = files[place]!;
      if (this.#asked[file]) continue;
      this.#asked[file] = 1;
      if (this.#begun[file]) this.#ahead -= 1;
      else this.#waitedFor.push(file);
    }
  }

  /** Somebody waits for all. */
  askAll(): void {
    if (this.#most > AHEAD) return;
    this.#most = Number.POSITIVE_INFINITY;
    this.#expected = this.#begun.keys();
  }

  /** The next files, `most` of them or fewer, which are begun by that; there may be none now, and some later. */
  next(most: number): number[] {
    const files: number[] = [];
    const begin = (file: number) => {
      if (this.#begun[file]) return;
      this.#begun[file] = 1;
      this.#left -= 1;
      files.push(file);
    };
    while (files.length < most && this.#waitedFor.length > 0) begin(this.#waitedFor.shift()!);
    while (files.length < most && this.#ahead < this.#most) {
      const { value: file, done } = this.#expected.next();
      if (done) break;
      if (!this.#begun[file] && !this.#asked[file]) this.#ahead += 1;
      begin(file);
    }
    return files;
  }
}
