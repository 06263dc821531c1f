import { closeSync, fstatSync, openSync, statSync } from 'node:fs';
import { FileError } from '../errors/errors.js';
import { explainSystemError } from './system-error.js';

/**
 * A directory that is held open, to notice when another one lies where it was. Its number in the file system would not tell by
 * itself, since that of a directory which was removed is given to the next one that is made; while it is open, it is not.
 */
export class HeldDirectory {
  readonly #path: string;
  /** Undefined where the system does not open directories; then it is only noticed when there is none any more. */
  #handle: number | undefined;

  /** @throws FileError when there is no such directory */
  constructor(path: string) {
    this.#path = path;
    try {
      statSync(path);
    } catch (error) {
      throw new FileError(`${path}: cannot be read: ${explainSystemError(error)}`);
    }
    try {
      this.#handle = openSync(path, 'r');
    } catch {}
  }

  /**
   * See whether it is still where it was. To be called before anything is written to it.
   * @throws FileError when it was removed, or something else is in its place
   */
  confirm(): void {
    const now = statSync(this.#path, { throwIfNoEntry: false });
    if (!now) throw new FileError(`${this.#path}: the directory is gone; it was there when work began on it`);
    if (this.#handle === undefined) return;
    const then = fstatSync(this.#handle);
    if (now.ino === then.ino && now.dev === then.dev) return;
    throw new FileError(
      `${this.#path}: another directory lies there than the one on which work began; nothing is written to it`,
    );
  }

  /** Let go of it. */
  close(): void {
    if (this.#handle !== undefined) closeSync(this.#handle);
    this.#handle = undefined;
  }
}
