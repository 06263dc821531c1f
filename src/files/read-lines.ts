import { closeSync, openSync, readSync } from 'node:fs';
import { FileError } from '../errors/errors.js';
import { explainSystemError } from './system-error.js';

/** Bytes that are read at a time; no line that anybody writes here is longer. */
const CHUNK = 65_536;
const NEWLINE = 0x0a;

/**
 * The lines of a file in UTF-8, one after the other, without what follows the last line's end. However large the file is, it
 * takes the memory of one line.
 * @throws FileError when it cannot be read, or a line is longer than 64 KiB
 */
export function* readLines(path: string): Generator<string> {
  const attempt = <T>(work: () => T): T => {
    try {
      return work();
    } catch (error) {
      throw new FileError(`${path}: cannot be read: ${explainSystemError(error)}`);
    }
  };
  const file = attempt(() => openSync(path, 'r'));
  try {
    const buffer = new Uint8Array(2 * CHUNK);
    const decoder = new TextDecoder();
    let held = 0;
    for (let number = 1; ; ) {
      const count = attempt(() => readSync(file, buffer, held, CHUNK, null));
      if (count === 0) return;
      const end = held + count;
      let start = 0;
      for (let at = buffer.indexOf(NEWLINE); at !== -1 && at < end; at = buffer.indexOf(NEWLINE, start)) {
        yield decoder.decode(buffer.subarray(start, at));
        number++;
        start = at + 1;
      }
      held = end - start;
      if (held > CHUNK) throw new FileError(`${path}: line ${number} is longer than ${CHUNK} bytes`);
      buffer.copyWithin(0, start, end);
      // What is left beyond would be taken for new lines.
      buffer.fill(0, held);
    }
  } finally {
    closeSync(file);
  }
}
