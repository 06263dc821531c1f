import { checkArgument } from '../../errors/check-options.js';
import { instance } from '../../errors/rules.js';
import { DataError } from '../dataset.js';
import type { DecodedImage } from '../decoded-image.js';
import { isPacked, readUnpacked } from '../formats/files.js';
import { decodeJpeg } from './jpeg.js';
import { isJpeg } from './jpeg-header.js';
import { decodePng } from './png.js';
import { isPng } from './png-chunks.js';

/** How files of images that cannot be read begin. */
const OTHERS: readonly (readonly [string, RegExp])[] = [
  ['a GIF', /^GIF8/],
  ['a WebP', /^RIFF.{4}WEBP/s],
  ['a BMP', /^BM/],
  ['a TIFF', /^(II\*\0|MM\0\*)/],
  ['an AVIF', /^.{4}ftypavi/s],
  ['a HEIC', /^.{4}ftyp(hei|hev|mif)/s],
];

/**
 * What the bytes of a PNG or JPEG file show: one plane of grey, or three of red, green and blue. JPEG images are turned as their
 * EXIF says; what is transparent shows white; 16 bits are halved.
 *
 *     const { channels, height, width, pixels } = await dg.readImage(await readFile('cat.jpg'));
 *
 * @throws DataError for bytes of any other kind, damaged ones, and images of more pixels than memory is worth
 */
export async function readImage(bytes: Uint8Array): Promise<DecodedImage> {
  checkArgument('readImage', 'bytes', bytes, instance(Uint8Array));
  return decodeImage('readImage', bytes);
}

/** As `readImage`, of a file. */
export const readImageFile = (path: string): Promise<DecodedImage> => decodeImage(path, readUnpacked(path));

/** May a file that begins so be an image that can be read, packed or not? */
export const startsAsImage = (start: Uint8Array): boolean => isPng(start) || isJpeg(start) || isPacked(start);

/** @param path names it in messages */
export async function decodeImage(path: string, file: Uint8Array): Promise<DecodedImage> {
  if (isPng(file)) return decodePng(path, file);
  if (isJpeg(file)) return decodeJpeg(path, file);
  if (file.length === 0) throw new DataError(`${path}: the file is empty`);
  const start = String.fromCharCode(...file.subarray(0, 16));
  const other = OTHERS.find(([, begins]) => begins.test(start));
  const what = other ? `${other[0]} image; only PNG and JPEG can be read` : 'neither a PNG nor a JPEG image';
  throw new DataError(`${path}: ${what}`);
}
