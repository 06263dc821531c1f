/** Compiles many things, several at a time: what is needed now before what will be needed next. */

/** Something to compile. */
export interface CompileJob {
  /** The same for the same thing, which is compiled once. */
  readonly key: string;
  readonly compile: () => Promise<void>;
  /** Is it still worth it, now that its turn has come? */
  readonly wanted: () => boolean;
}

export class CompileQueue {
  /** Milliseconds that compiling took, by key; those that went by while others were compiled too are shared among them. */
  readonly took = new Map<string, number>();
  readonly #lanes: number;
  readonly #now: () => number;
  /** What was begun. */
  readonly #begun = new Map<string, Promise<void>>();
  readonly #underWay = new Map<string, Promise<void>>();
  #needed: CompileJob[] = [];
  #expected: CompileJob[] = [];

  /**
   * @param lanes how many are compiled at a time
   * @param now a clock, in milliseconds
   */
  constructor(lanes: number, now: () => number = () => performance.now()) {
    this.#lanes = lanes;
    this.#now = now;
  }

  /** Compile these, in this order, while nothing else is needed. */
  expect(jobs: readonly CompileJob[]): void {
    this.#expected.push(...jobs);
    this.#fill();
  }

  /** Compile these before all that is only expected. Resolves when they are, or could not be: then whoever uses them is told. */
  async need(jobs: readonly CompileJob[]): Promise<void> {
    this.#needed = [...jobs];
    this.#fill();
    for (const { key } of jobs) {
      // One that is not begun yet waits for a lane, which one that ends will fill.
      while (!this.#begun.has(key)) await Promise.race(this.#underWay.values());
      await this.#begun.get(key);
    }
  }

  /** Begin no more. Resolves when nothing is under way. */
  async stop(): Promise<void> {
    this.#needed = [];
    this.#expected = [];
    await Promise.all(this.#underWay.values());
  }

  #next(): CompileJob | undefined {
    const fresh = ({ key }: CompileJob) => !this.#begun.has(key);
    for (let job = this.#needed.shift(); job; job = this.#needed.shift()) if (fresh(job)) return job;
    for (let job = this.#expected.shift(); job; job = this.#expected.shift()) {
      if (fresh(job) && job.wanted()) return job;
    }
    return undefined;
  }

  #fill(): void {
    while (this.#underWay.size < this.#lanes) {
      const job = this.#next();
      if (!job) return;
      const done = this.#run(job, this.#underWay.size + 1);
      this.#begun.set(job.key, done);
      this.#underWay.set(job.key, done);
    }
  }

  async #run({ key, compile }: CompileJob, together: number): Promise<void> {
    const begin = this.#now();
    // What fails is compiled again by whoever launches it, and fails there.
    await compile().catch(() => {});
    this.took.set(key, (this.#now() - begin) / together);
    this.#underWay.delete(key);
    this.#fill();
  }
}
