/** How images of one's own are read, rightly and wrongly. */
import { encode } from 'fast-png';
import * as dawngrad from '../../src/index.js';
import { a, type Call, options, text } from './arguments.js';

const png = encode({ width: 1, height: 1, channels: 1, data: Uint8Array.of(7) });

/** Two images of a row of two pixels: where they are is left out. */
const FLAT = { count: 2, channels: 1, height: 1, width: 2, labels: new Uint8Array(2), classes: ['a'] };
const IN_MEMORY = { ...FLAT, pixels: new Uint8Array(4) };
const source = { has: () => true, expect() {}, read: async () => {} };
const STREAMED = { ...FLAT, source, numbers: Uint32Array.of(7, 3) };
const STRANGE = [undefined, null, 3, 'x', FLAT];

/** With right arguments there is still no such directory. */
const imageFolder = (path: string, given: dawngrad.ImageFolderOptions) =>
  dawngrad.imageFolder(path, given).catch((error: Error) => {
    if (!error.message.includes('no such directory')) throw error;
  });

/** By public name. */
export const CALLS_OF_IMAGES: Readonly<Record<string, () => readonly Call[]>> = {
  dataset: () => [
    [
      dawngrad.dataset,
      options(
        { images: new Uint8Array(4), shape: [1, 1, 2], labels: [0, 1], classes: ['a', 'b'] },
        { images: undefined },
        { images: new Uint8Array(3) },
        { images: [1, 2, 3, 'x'] },
        { shape: undefined },
        { shape: [1, 2] },
        { labels: [0] },
        { labels: [0, 2] },
        { labels: ['a', 'c'] },
        { classes: [1, 2] },
      ),
    ],
  ],
  imageFolder: () => [
    [
      imageFolder,
      text('nowhere'),
      options(
        { size: 8, channels: 3, fit: 'pad', test: 0.2, seed: 1, skipUnreadable: true, onProgress: () => {} },
        { size: 0 },
        { size: undefined },
        { channels: 2 },
        { fit: 'squash' },
        { test: 0 },
        { seed: -1 },
        { signal: 1 },
        { streaming: 1 },
      ),
    ],
  ],
  inMemory: () => [
    [
      dawngrad.inMemory,
      a(IN_MEMORY, ...STRANGE, { ...IN_MEMORY, pixels: new Uint8Array(3) }, { ...IN_MEMORY, count: 0 }),
    ],
    [
      dawngrad.inMemory,
      a(
        STREAMED,
        { ...STREAMED, source: {} },
        { ...STREAMED, numbers: [7, 3] },
        { ...STREAMED, numbers: Uint32Array.of(7) },
        { ...STREAMED, labels: Uint8Array.of(0, 1) },
      ),
    ],
  ],
  readImage: () => [
    [dawngrad.readImage, a(png, undefined, 'photo.png', new Uint8Array(), png.subarray(0, 40))],
  ],
};
