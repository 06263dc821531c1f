import { convertIndexedToRgb, type DecodedPng, decode } from 'fast-png';
import { DataError } from './dataset.js';
import { readUnpacked } from './formats/files.js';
import type { Planes } from './resize.js';

/**
 * A PNG file as planes of values 0..255: one of grey, or three of red, green and blue. What is transparent shows white.
 * @throws FileError if the file cannot be read, DataError if it is not a sound PNG
 */
export function readPng(path: string): Planes {
  const file = readUnpacked(path);
  try {
    return planesOf(toBytes(decode(file, { checkCrc: true })));
  } catch (error) {
    throw new DataError(`${path}: not a PNG image that can be read (${(error as Error).message})`);
  }
}

/** Pixels of one byte a channel: grey, grey and alpha, RGB, or RGBA. */
interface Bytes {
  readonly width: number;
  readonly height: number;
  readonly channels: number;
  readonly data: Uint8Array | Uint8ClampedArray;
}

/** Undo what PNG does to save space: palettes, several pixels in a byte; and halve 16 bits. */
function toBytes(png: DecodedPng): Bytes {
  const { width, height, depth, palette, channels, data } = png;
  if (palette) return { width, height, channels: palette[0]!.length, data: convertIndexedToRgb(png) };
  if (depth === 16) return { width, height, channels, data: Uint8Array.from(data, (value) => value >> 8) };
  if (depth < 8) {
    // Fewer than 8 bits are indices into a palette of greys.
    const steps = 2 ** depth - 1;
    const greys = Array.from({ length: steps + 1 }, (_, level): [number, number, number] => {
      const grey = Math.round((255 * level) / steps);
      return [grey, grey, grey];
    });
    return { width, height, channels: 3, data: convertIndexedToRgb({ ...png, palette: greys }) };
  }
  return { width, height, channels, data: data as Uint8Array };
}

function planesOf({ width, height, channels, data }: Bytes): Planes {
  const colours = channels < 3 ? 1 : 3;
  const size = width * height;
  const values = new Float32Array(colours * size);
  for (let pixel = 0; pixel < size; pixel++) {
    const alpha = channels === colours ? 1 : data[pixel * channels + colours]! / 255;
    for (let colour = 0; colour < colours; colour++) {
      values[colour * size + pixel] = 255 + alpha * (data[pixel * channels + colour]! - 255);
    }
  }
  return { channels: colours, height, width, values };
}
