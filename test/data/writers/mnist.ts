import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { idxFile } from './idx.js';

/** Image `i` is filled with the byte `i + 1` but for its first pixel, 0, and has the label `i mod 10`. */
export function mnistImages(count: number): Buffer {
  const pixels = new Uint8Array(count * 784).map((_, at) => (at % 784 === 0 ? 0 : Math.floor(at / 784) + 1));
  return idxFile([count, 28, 28], pixels);
}

export const mnistLabels = (count: number): Buffer =>
  idxFile(
    [count],
    new Uint8Array(count).map((_, i) => i % 10),
  );

/** Writes the four files with 12 training and 5 test images. */
export function writeMnist(directory: string): void {
  const files = {
    'train-images-idx3-ubyte': mnistImages(12),
    'train-labels-idx1-ubyte': mnistLabels(12),
    't10k-images-idx3-ubyte': mnistImages(5),
    't10k-labels-idx1-ubyte': mnistLabels(5),
  };
  for (const [name, bytes] of Object.entries(files)) writeFileSync(join(directory, name), bytes);
}
