import type { DecodedImage } from '../decoded-image.js';
import { readUnpacked } from '../formats/files.js';
import { type PngChunks, readPngChunks } from './png-chunks.js';
import { undoFilter } from './png-filters.js';
import { passesOf, rowBytes } from './png-passes.js';
import { type Damaged, damagedFile } from './refusals.js';

/**
 * A PNG file as planes of bytes: one of grey, or three of red, green and blue. What is transparent shows white.
 * @throws FileError if the file cannot be read, DataError if it is not a sound PNG, or of more pixels than memory is worth
 */
export const readPng = (path: string): DecodedImage => decodePng(path, readUnpacked(path));

/**
 * What the bytes of a PNG file show, as `readPng` has it.
 * @param path names it in messages
 */
export function decodePng(path: string, file: Uint8Array): DecodedImage {
  const damaged = damagedFile(path, 'PNG');
  const png = readPngChunks(path, file, damaged);
  const { width, height, channels } = png;
  const colours = png.palette || channels > 2 ? 3 : 1;
  const pixels = new Uint8Array(colours * width * height);
  const show = shower(png, pixels, damaged);
  const samples = new Uint16Array(channels);
  let at = 0;
  for (const { left, top, across, down, columns, rows } of passesOf(png)) {
    const length = rowBytes(png, columns);
    let above: Uint8Array = new Uint8Array(length);
    for (let row = 0; row < rows; row++) {
      const bytes = png.rows.subarray(at + 1, at + 1 + length);
      undoFilter(png.rows[at]!, bytes, above, pixelStep(png), damaged);
      const start = (top + row * down) * width + left;
      for (let column = 0; column < columns; column++) {
        takeSamples(png, bytes, column, samples);
        show(samples, start + column * across);
      }
      above = bytes;
      at += 1 + length;
    }
  }
  return { channels: colours, height, width, pixels };
}

/** Bytes from one pixel to the next, at least one, as filters count them. */
const pixelStep = ({ channels, depth }: PngChunks): number => Math.max(1, (channels * depth) >> 3);

/** The numbers of a pixel as the file has them. */
function takeSamples(
  { channels, depth }: PngChunks,
  row: Uint8Array,
  column: number,
  samples: Uint16Array,
): void {
  if (depth < 8) {
    const bit = column * depth;
    samples[0] = (row[bit >> 3]! >> (8 - depth - (bit & 7))) & (2 ** depth - 1);
    return;
  }
  const first = column * channels;
  for (let channel = 0; channel < channels; channel++) {
    const at = first + channel;
    samples[channel] = depth === 16 ? (row[2 * at]! << 8) | row[2 * at + 1]! : row[at]!;
  }
}

/** What puts a pixel into the planes: through the palette, with what is transparent on white, 16 bits halved, fewer stretched. */
function shower(
  png: PngChunks,
  pixels: Uint8Array,
  damaged: Damaged,
): (samples: Uint16Array, pixel: number) => void {
  const { width, height, depth, channels, palette, transparency } = png;
  const size = width * height;
  const onWhite = (value: number, alpha: number): number => 255 + Math.round((alpha * (value - 255)) / 255);
  if (palette) {
    return ([index], pixel) => {
      const alpha = transparency?.[index!] ?? 255;
      for (let colour = 0; colour < 3; colour++) {
        const value = palette[3 * index! + colour];
        if (value === undefined) throw damaged(`a pixel has the colour ${index}, which its palette lacks`);
        pixels[colour * size + pixel] = onWhite(value, alpha);
      }
    };
  }
  const toByte = (sample: number): number =>
    depth === 16 ? sample >> 8 : depth === 8 ? sample : Math.round((255 * sample) / (2 ** depth - 1));
  const colours = channels > 2 ? 3 : 1;
  const key =
    transparency &&
    Array.from(
      { length: colours },
      (_, colour) => (transparency[2 * colour]! << 8) | transparency[2 * colour + 1]!,
    );
  return (samples, pixel) => {
    const alpha =
      channels > colours
        ? toByte(samples[colours]!)
        : key?.every((value, colour) => samples[colour] === value)
          ? 0
          : 255;
    for (let colour = 0; colour < colours; colour++) {
      pixels[colour * size + pixel] = onWhite(toByte(samples[colour]!), alpha);
    }
  };
}
