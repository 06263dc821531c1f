import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ImageSet } from '../../src/data/dataset.js';

const SIZE = 28;

/** An IDX file: a magic number with the number of sizes, the sizes, the bytes. */
function writeIdx(path: string, sizes: readonly number[], elements: Uint8Array): void {
  const header = new DataView(new ArrayBuffer(4 + 4 * sizes.length));
  header.setUint32(0, 0x0800 | sizes.length);
  sizes.forEach((size, index) => {
    header.setUint32(4 + 4 * index, size);
  });
  writeFileSync(path, Buffer.concat([new Uint8Array(header.buffer), elements]));
}

/** Rows from one stripe to the next. */
const PERIOD = 11;

/** Images with stripes whose thickness is their class: as easy to learn as can be. */
export function stripes(count: number): ImageSet {
  const pixels = new Uint8Array(count * SIZE * SIZE);
  const labels = Uint8Array.from({ length: count }, (_, image) => image % 10);
  labels.forEach((label, image) => {
    for (let row = 0; row < SIZE; row++) {
      const start = (image * SIZE + row) * SIZE;
      if (row % PERIOD <= label) pixels.fill(255, start, start + SIZE);
    }
  });
  return { count, channels: 1, height: SIZE, width: SIZE, pixels, labels, classes: [...'0123456789'] };
}

/** Write a data set in MNIST's files, so small that a run on it takes seconds. */
export function writeTinyMnist(directory: string, train = 40, test = 20): string {
  mkdirSync(directory, { recursive: true });
  for (const [name, count] of [
    ['train', train],
    ['t10k', test],
  ] as const) {
    const { pixels, labels } = stripes(count);
    writeIdx(join(directory, `${name}-images-idx3-ubyte`), [count, SIZE, SIZE], pixels);
    writeIdx(join(directory, `${name}-labels-idx1-ubyte`), [count], Uint8Array.from(labels));
  }
  return directory;
}
