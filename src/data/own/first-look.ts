/** A look at how files begin, which finds most of those that are no images, long before their turn to be decoded. */
import { closeSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { startsAsImage } from '../codecs/read-image.js';
import type { ImageList } from './image-list.js';

/** For so long it goes on, which is enough for some ten thousand files: milliseconds. */
const LOOKING = 1000;

/** Bytes by which an image is told. */
const START = 16;

/** Is one of the files no image, as far as there is time to look? */
export function holdsOthers({ directory, files }: ImageList): boolean {
  const end = performance.now() + LOOKING;
  return files.some(({ path, bytes }) => {
    if (bytes === 0) return true;
    return performance.now() < end && !startsAsImage(startOf(join(directory, path)));
  });
}

/** How a file begins; nothing of one that cannot be read. */
function startOf(path: string): Uint8Array {
  try {
    const file = openSync(path, 'r');
    try {
      const start = new Uint8Array(START);
      return start.subarray(0, readSync(file, start));
    } finally {
      closeSync(file);
    }
  } catch {
    return new Uint8Array(0);
  }
}
