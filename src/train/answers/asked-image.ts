/** Images that a net is asked about: files, bytes of files, or pixels. */
import { decodeImage } from '../../data/codecs/read-image.js';
import { DataError } from '../../data/dataset.js';
import type { DecodedImage } from '../../data/decoded-image.js';
import { readUnpacked } from '../../data/formats/files.js';
import { checkArgument } from '../../errors/check-options.js';
import { instance, oneOf, rule, whole } from '../../errors/rules.js';

/** The path of an image file, the bytes of one, or its pixels. */
export type AskedImage = string | Uint8Array | DecodedImage;

const asked = rule(
  'be the path of an image file, its bytes, or { pixels, width, height, channels }',
  (value) =>
    typeof value === 'string' || (typeof value === 'object' && value !== null && !Array.isArray(value)),
);

/**
 * An image that a net is asked about.
 * @param name of one that lies in no file, for messages
 * @throws ArgumentError for anything else; FileError when a file cannot be read, DataError when it is not a sound image
 */
export async function decodeAsked(image: AskedImage, name: string): Promise<DecodedImage> {
  checkArgument('predict', name, image, asked);
  if (typeof image === 'string') return decodeImage(image, readUnpacked(image));
  if (image instanceof Uint8Array) return decodeImage(name, image);
  const { pixels, width, height, channels } = image;
  checkArgument('predict', `${name}.pixels`, pixels, instance(Uint8Array));
  checkArgument('predict', `${name}.width`, width, whole(1));
  checkArgument('predict', `${name}.height`, height, whole(1));
  checkArgument('predict', `${name}.channels`, channels, oneOf(1, 3));
  const wanted = channels * height * width;
  if (pixels.length === wanted) return { channels, height, width, pixels };
  throw new DataError(
    `predict: ${name} of ${channels} x ${height} x ${width} has ${wanted} pixels, and ${pixels.length} are given`,
  );
}

/** Light and dark exchanged: black on white becomes white on black. */
export const inverted = (image: DecodedImage): DecodedImage => ({
  ...image,
  pixels: image.pixels.map((value) => 255 - value),
});
