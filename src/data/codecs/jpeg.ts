/** JPEG files, decoded by MozJPEG in WebAssembly (`@jsquash/jpeg`). What their EXIF says of how the camera was held is heeded. */
import { readFileSync } from 'node:fs';
import createDecoder from '@jsquash/jpeg/codec/dec/mozjpeg_dec.js';
import { quotable } from '../../errors/errors.js';
import { requireBeside } from '../../files/shipped.js';
import type { DecodedImage } from '../decoded-image.js';
import { mostUnpacked } from '../formats/unpack.js';
import { readJpegHeader } from './jpeg-header.js';
import { damagedFile, tooLarge } from './refusals.js';

/** Bytes that the decoder makes of a pixel. */
const RGBA = 4;

/** What the decoder complains about though the image is as it should be: some cameras fill up with bytes of no meaning. */
const HARMLESS = /extraneous bytes before marker/;

/** Pixels as the decoder gives them: red, green, blue and alpha in turn. */
interface Rgba {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8ClampedArray;
}

/** The package's module, and WebAssembly itself, as far as they are used: their types come with a browser's, which Node lacks. */
interface Module {
  decode(file: Uint8Array, upright: boolean): Rgba | null;
}
type Instance = { readonly exports: object };
declare const WebAssembly: {
  compile(code: Uint8Array): Promise<object>;
  Instance: new (code: object, imports: object) => Instance;
};

/** A decoder, and its complaints about the file that it is given. */
interface Decoder {
  readonly module: Module;
  readonly complaints: string[];
}

let decoder: Promise<Decoder> | undefined;

async function makeDecoder(): Promise<Decoder> {
  const path = requireBeside.resolve('@jsquash/jpeg/codec/dec/mozjpeg_dec.wasm');
  const code = await WebAssembly.compile(readFileSync(path));
  const complaints: string[] = [];
  const options = {
    noInitialRun: true,
    printErr: (text: string) => void complaints.push(text),
    instantiateWasm(imports: object, done: (instance: Instance) => void) {
      const instance = new WebAssembly.Instance(code, imports);
      done(instance);
      return instance.exports;
    },
  };
  const create = createDecoder as unknown as (given: typeof options) => Promise<Module>;
  return { module: await create(options), complaints };
}

/**
 * What the bytes of a JPEG file show: planes of bytes, one of grey, or three of red, green and blue, the right way up.
 * @param path names it in messages
 * @throws DataError if it is not a sound JPEG, of colours for print, or of more pixels than memory is worth
 */
export async function decodeJpeg(path: string, file: Uint8Array): Promise<DecodedImage> {
  const damaged = damagedFile(path, 'JPEG');
  const { width, height, channels } = readJpegHeader(file, damaged);
  if (RGBA * width * height > mostUnpacked(file.length)) throw tooLarge(path, width, height);
  decoder ??= makeDecoder();
  const { module, complaints } = await decoder;
  complaints.length = 0;
  try {
    const image = module.decode(file, true);
    const complaint = complaints.find((text) => !HARMLESS.test(text));
    if (!image || complaint !== undefined) throw new Error(complaint ?? 'it holds no image');
    return fromRgba(image, channels);
  } catch (error) {
    // After a failure its memory is in no known state.
    decoder = undefined;
    throw damaged(quotable(complaints[0] ?? (error as Error).message));
  }
}

function fromRgba({ width, height, data }: Rgba, channels: number): DecodedImage {
  const size = width * height;
  const pixels = new Uint8Array(channels * size);
  if (channels === 1) for (let pixel = 0; pixel < size; pixel++) pixels[pixel] = data[RGBA * pixel]!;
  else {
    // In one pass, which takes a third of the time of three.
    for (let pixel = 0, at = 0; pixel < size; pixel++, at += RGBA) {
      pixels[pixel] = data[at]!;
      pixels[size + pixel] = data[at + 1]!;
      pixels[2 * size + pixel] = data[at + 2]!;
    }
  }
  return { channels, height, width, pixels };
}
