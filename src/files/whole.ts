/** Bytes to and from an open file, all of them: one call of the system's may take, or give, only a part. */
import { fstatSync, readSync, writeSync } from 'node:fs';

/** @param at where in the file; left out, behind what was written to it before */
export function writeAll(file: number, bytes: Uint8Array, at?: number): void {
  for (let done = 0; done < bytes.length; ) {
    done += writeSync(file, bytes, done, bytes.length - done, at === undefined ? null : at + done);
  }
}

/** All that a file has from a place on. */
export function readAllFrom(file: number, start: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(Math.max(0, fstatSync(file).size - start));
  let done = 0;
  while (done < bytes.length) {
    const more = readSync(file, bytes, done, bytes.length - done, start + done);
    if (more === 0) break;
    done += more;
  }
  return bytes.slice(0, done);
}
