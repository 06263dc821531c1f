import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

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

/** Pixels of a stripe whose place is its class. */
function stripes(count: number): { pixels: Uint8Array; labels: Uint8Array } {
  const pixels = new Uint8Array(count * SIZE * SIZE);
  const labels = Uint8Array.from({ length: count }, (_, image) => image % 10);
  labels.forEach((label, image) => {
    const row = image * SIZE * SIZE + (4 + 2 * label) * SIZE;
    pixels.fill(255, row, row + 2 * SIZE);
  });
  return { pixels, labels };
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
    writeIdx(join(directory, `${name}-labels-idx1-ubyte`), [count], labels);
  }
  return directory;
}
