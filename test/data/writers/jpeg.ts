import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import createEncoder from '@jsquash/jpeg/codec/enc/mozjpeg_enc.js';
import { defaultOptions } from '@jsquash/jpeg/meta.js';

/** Red, green and blue. */
export type Colour = readonly [number, number, number];

export interface JpegOptions {
  readonly width: number;
  readonly height: number;
  readonly colourOf: (x: number, y: number) => Colour;
  readonly grey?: boolean;
  readonly progressive?: boolean;
  /** What EXIF says of how the camera was held, 1 to 8. */
  readonly orientation?: number;
}

interface Encoder {
  encode(pixels: Uint8Array, width: number, height: number, options: object): Uint8Array;
}

let encoder: Promise<Encoder> | undefined;

async function makeEncoder(): Promise<Encoder> {
  const path = createRequire(import.meta.url).resolve('@jsquash/jpeg/codec/enc/mozjpeg_enc.wasm');
  const create = createEncoder as unknown as (options: object) => Promise<Encoder>;
  return create({ noInitialRun: true, wasmBinary: readFileSync(path) });
}

/** The number of greys in MozJPEG's list of what colours are kept as, and that of brightness with two hues. */
const [GREY, YCBCR] = [1, 3];

/** A JPEG file, as good as it gets. */
export async function jpegFile(options: JpegOptions): Promise<Buffer> {
  const { width, height, colourOf, grey = false, progressive = false, orientation } = options;
  const pixels = new Uint8Array(4 * width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) pixels.set([...colourOf(x, y), 255], 4 * (y * width + x));
  }
  encoder ??= makeEncoder();
  const how = {
    quality: 100,
    progressive,
    color_space: grey ? GREY : YCBCR,
    auto_subsample: false,
    chroma_subsample: 1,
  };
  const file = Buffer.from((await encoder).encode(pixels, width, height, { ...defaultOptions, ...how }));
  if (orientation === undefined) return file;
  return Buffer.concat([file.subarray(0, 2), exif(orientation), file.subarray(2)]);
}

/** A segment with one entry of EXIF: tag 0x112, one number of 16 bits. */
function exif(orientation: number): Buffer {
  const text = `457869660000 49492a0008000000 0100 1201 0300 01000000 0${orientation}000000 00000000`;
  const body = Buffer.from(text.replaceAll(' ', ''), 'hex');
  const head = Buffer.from([0xff, 0xe1, 0, 0]);
  head.writeUInt16BE(body.length + 2, 2);
  return Buffer.concat([head, body]);
}
