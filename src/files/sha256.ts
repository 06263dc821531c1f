import { createHash } from 'node:crypto';
import { readBytes } from './read-file.js';

/** The SHA-256 of bytes, in hexadecimal digits. */
export const sha256Of = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/**
 * What tells whether a file has changed.
 * @throws FileError when it cannot be read
 */
export const sha256OfFile = (path: string): string => sha256Of(readBytes(path));

/** As much of a hash as a message shows. */
export const shortHash = (hash: string): string => `${hash.slice(0, 12)}...`;
