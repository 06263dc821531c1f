/** In which order a PNG file has its pixels: row by row, or in seven passes, each of which refines the picture (Adam7). */
import type { PngHeader } from './png-header.js';

/** Rows of pixels that follow each other in the file, and where they lie in the picture. */
export interface Pass {
  readonly left: number;
  readonly top: number;
  /** From a pixel to the next one in its row, and from a row to the next. */
  readonly across: number;
  readonly down: number;
  readonly columns: number;
  readonly rows: number;
}

/** Left, top, across and down of the seven passes. */
const ADAM7 = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
] as const;

/** The passes of an image, without those that have no pixel in a small one. */
export const passesOf = ({ width, height, interlaced }: PngHeader): Pass[] =>
  (interlaced ? ADAM7 : [[0, 0, 1, 1] as const])
    .map(([left, top, across, down]) => ({
      ...{ left, top, across, down },
      columns: Math.max(0, Math.ceil((width - left) / across)),
      rows: Math.max(0, Math.ceil((height - top) / down)),
    }))
    .filter(({ columns, rows }) => columns > 0 && rows > 0);

/** Bytes that a row of pixels takes, filled up to whole ones. */
export const rowBytes = ({ channels, depth }: PngHeader, columns: number): number =>
  Math.ceil((columns * channels * depth) / 8);
