/** Small pictures as PNG, written into pages and drawings. */
import { encode } from 'fast-png';
import type { ImageSet } from './dataset.js';

/** Red, green and blue, 0..255. */
export type Colour = readonly number[];

export interface Picture {
  readonly rows: number;
  readonly columns: number;
  /** @param pixel counted row by row */
  readonly colourOf: (pixel: number) => Colour;
}

/** An image of a set as it was loaded, before any preprocessing. */
export function imagePicture({ channels, height, width, pixels }: ImageSet, index: number): Picture {
  const plane = height * width;
  const at = (channel: number, pixel: number) => pixels[(index * channels + channel) * plane + pixel]!;
  const colours = channels === 1 ? [0, 0, 0] : [0, 1, 2];
  return {
    rows: height,
    columns: width,
    colourOf: (pixel) => colours.map((channel) => at(channel, pixel)),
  };
}

/**
 * A picture as PNG in a data URI.
 * @param height,width in which it is drawn, with hard edges between its pixels whatever a viewer makes of them; left out, its own
 */
export function pngUri(
  { rows, columns, colourOf }: Picture,
  { height = rows, width = columns }: { readonly height?: number; readonly width?: number } = {},
): string {
  const data = new Uint8Array(3 * height * width);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const pixel = Math.floor((y * rows) / height) * columns + Math.floor((x * columns) / width);
      data.set(colourOf(pixel).map(Math.round), 3 * (y * width + x));
    }
  }
  const png = encode({ width, height, channels: 3, data });
  return `data:image/png;base64,${Buffer.from(png).toString('base64')}`;
}
