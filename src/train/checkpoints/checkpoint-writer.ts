/** Who writes a run's checkpoints: one after the other, and so that there always is one from which the run can go on. */
import { replaceFile, replaceFileMeanwhile } from '../../files/write-file.js';

/** Where the checkpoints of a run are. */
export interface CheckpointPaths {
  /** From which the run goes on. */
  readonly last: string;
  /** The one before the last, for when that is damaged. */
  readonly previous: string;
  /** The net at its lowest error. */
  readonly best: string;
}

export interface WriterOptions {
  readonly paths: CheckpointPaths;
  /** Can the file that is the last now be read? If not, the one before is kept until there is another. */
  readonly lastIsSound: boolean;
  /** Called before a file is written; throws where none may be. */
  readonly confirm: () => void;
  /** Is told when the disk refuses a checkpoint that was begun: training goes on, and tries again when the next is due. */
  readonly warn: (text: string) => void;
}

export class CheckpointWriter {
  readonly #options: WriterOptions;
  #lastIsSound: boolean;
  #writing: Promise<void> = Promise.resolve();
  #failure: { readonly error: unknown } | undefined;

  constructor(options: WriterOptions) {
    this.#options = options;
    this.#lastIsSound = options.lastIsSound;
  }

  /**
   * Write a checkpoint, once that which is being written is.
   * @param content resolves to its bytes
   * @param best is it that of the best net too?
   * @throws what `content` is rejected with; FileError when the disk refuses
   */
  async write(content: Promise<Uint8Array>, best: boolean): Promise<void> {
    const [bytes] = await Promise.all([content, this.finish()]);
    const { paths, confirm } = this.#options;
    confirm();
    // The best first: the last one says which epoch that is of.
    if (best) replaceFile(paths.best, bytes);
    replaceFile(paths.last, bytes, this.#keepOld());
    this.#lastIsSound = true;
  }

  /** Write a checkpoint while training goes on. That it must not be written is told by `check` and `finish`. */
  begin(content: Promise<Uint8Array>): void {
    const { paths, confirm, warn } = this.#options;
    const write = async (before: Promise<void>) => {
      const [bytes] = await Promise.all([content, before]);
      confirm();
      try {
        await replaceFileMeanwhile(paths.last, bytes, this.#keepOld());
        this.#lastIsSound = true;
      } catch (error) {
        warn(`${(error as Error).message}; training goes on, and will be saved later`);
      }
    };
    this.#writing = write(this.#writing);
    this.#writing.catch((error: unknown) => {
      this.#failure ??= { error };
    });
  }

  /** @throws what a checkpoint that was begun could not be made of, or why none may be written */
  check(): void {
    if (this.#failure) throw this.#failure.error;
  }

  /**
   * Wait for what is being written.
   * @throws what went wrong with it
   */
  async finish(): Promise<void> {
    await this.#writing;
  }

  #keepOld(): { keepOldAs?: string } {
    return this.#lastIsSound ? { keepOldAs: this.#options.paths.previous } : {};
  }
}
