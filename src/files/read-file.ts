import { readFileSync } from 'node:fs';
import { checkArgument } from '../errors/check-options.js';
import { FileError } from '../errors/errors.js';
import { text } from '../errors/rules.js';
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

/**
 * The text of a file in UTF-8.
 * @throws FileError when it cannot be read
 */
export const readText = (path: string): string => new TextDecoder().decode(readBytes(path));
