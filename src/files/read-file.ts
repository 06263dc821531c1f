import { readFileSync } from 'node:fs';
import { checkArgument } from '../errors/check-options.js';
import { FileError } from '../errors/errors.js';
import { text } from '../errors/rules.js';
import { statOf } from './stat.js';
import { explainSystemError } from './system-error.js';

/**
 * The bytes of a file.
 * @throws FileError when it cannot be read
 */
export function readBytes(path: string): Uint8Array {
  checkArgument('reading a file', 'path', path, text);
  try {
    const { buffer, byteOffset, length } = readFileSync(path);
    // Without what Node's `Buffer` adds: its `slice` shares memory, where that of a `Uint8Array` copies.
    return new Uint8Array(buffer, byteOffset, length);
  } catch (error) {
    throw new FileError(`${path}: cannot be read: ${explainSystemError(error)}`);
  }
}

/** No file that a person wrote, or that is made for people to read, is longer; what is made of it in memory may be, twenty times. */
const LONGEST_TEXT = 2 ** 23;

/**
 * The text of a file in UTF-8, of at most 8 MiB.
 * @throws FileError when it cannot be read, or is longer
 */
export function readText(path: string): string {
  const bytes = statOf(path)?.size ?? 0;
  if (bytes > LONGEST_TEXT) {
    throw new FileError(`${path}: it has ${bytes} bytes; a file of this kind has at most ${LONGEST_TEXT}`);
  }
  return new TextDecoder().decode(readBytes(path));
}
