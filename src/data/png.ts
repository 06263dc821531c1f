import { convertIndexedToRgb, type DecodedPng, decode } from 'fast-png';
import { quotable } from '../errors/errors.js';
import { DataError } from './dataset.js';
import { readUnpacked } from './formats/files.js';
import { soundPng } from './png-chunks.js';
import type { Planes } from './resize.js';

/**
 * A PNG file as planes of values 0..255: one of grey, or three of red, green and blue. What is transparent shows white.
 * @throws FileError if the file cannot be read, DataError if it is not a sound PNG, or of more pixels than memory is worth
 */
export const readPng = (path: string): Planes => decodePng(path, readUnpacked(path));

/**
 * As `readPng`, of the bytes of a file.
 * @param path names it in messages
 */
export function decodePng(path: string, bytes: Uint8Array): Planes {
  const file = soundPng(path, bytes);
  try {
    return planesOf(toBytes(decode(file, { checkCrc: true })));
  } catch (error) {
    throw new DataError(`${path}: not a PNG image that can be read (${quotable((error as Error).message)})`);
  }
}

/** Pixels of one byte a channel: grey, grey and alpha, RGB, or RGBA. */
interface Bytes {
  readonly width: number;
  readonly height: number;
  readonly channels: number;
  readonly data: Uint8Array | Uint8ClampedArray;
}

/** Undo what PNG does to save space: palettes, several pixels in a byte, one colour that is transparent; and halve 16 bits. */
function toBytes(png: DecodedPng): Bytes {
  const { width, height, depth, palette, channels, data, transparency } = png;
  if (palette) return { width, height, channels: palette[0]!.length, data: convertIndexedToRgb(png) };
  if (depth < 8) {
    // Fewer than 8 bits are indices into a palette of greys.
    const steps = 2 ** depth - 1;
    const greys = Array.from({ length: steps + 1 }, (_, level): [number, number, number, number] => {
      const grey = Math.round((255 * level) / steps);
      return [grey, grey, grey, level === transparency?.[0] ? 0 : 255];
    });
    return { width, height, channels: 4, data: convertIndexedToRgb({ ...png, palette: greys }) };
  }
  const halved = depth === 16 ? Uint8Array.from(data, (value) => value >> 8) : (data as Uint8Array);
  if (!transparency) return { width, height, channels, data: halved };
  const withAlpha = new Uint8Array((channels + 1) * width * height);
  for (let pixel = 0; pixel < width * height; pixel++) {
    const at = pixel * channels;
    const isTransparent = transparency.every((value, channel) => data[at + channel] === value);
    withAlpha.set(halved.subarray(at, at + channels), pixel * (channels + 1));
    withAlpha[pixel * (channels + 1) + channels] = isTransparent ? 0 : 255;
  }
  return { width, height, channels: channels + 1, data: withAlpha };
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
