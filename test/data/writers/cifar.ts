import { closeSync, ftruncateSync, openSync, writeSync } from 'node:fs';

/** What one record of a file holds; pixels that are not given are 0. */
export interface CifarRecord {
  readonly labels: readonly number[];
  readonly pixels?: Uint8Array;
}

/**
 * A file of `count` records, each with label bytes and an image of 3072; the records after those given are zeros, which
 * the file system need not store.
 */
export function writeCifar(
  path: string,
  count: number,
  records: readonly CifarRecord[],
  labelBytes = 1,
): void {
  const file = openSync(path, 'w');
  for (const { labels, pixels = new Uint8Array(3072) } of records) {
    writeSync(file, Buffer.from([...labels, ...pixels]));
  }
  ftruncateSync(file, count * (labelBytes + 3072));
  closeSync(file);
}
