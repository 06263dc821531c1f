import type { DecodedImage } from './decoded-image.js';

/** Numbers between bytes, while an image is scaled. */
interface Scaled extends Omit<DecodedImage, 'pixels'> {
  readonly pixels: Uint8Array | Float32Array;
}

/**
 * How an image of another shape comes to the one that is wanted: `crop` takes the largest part in the middle, `stretch` all of it,
 * distorted, and `pad` all of it, with black at two of its sides.
 */
export const FITS = ['crop', 'stretch', 'pad'] as const;
export type Fit = (typeof FITS)[number];

/** How bright the eye finds red, green and blue (ITU-R BT.601). */
const LUMINANCE = [0.299, 0.587, 0.114] as const;

/** The image as bytes with the channels and the size that a model takes: by default its central part of that shape, scaled. */
export function fitImage(
  image: DecodedImage,
  channels: number,
  height: number,
  width: number,
  fit: Fit = 'crop',
): Uint8Array {
  const wide = image.width * height;
  const high = image.height * width;
  if (fit === 'pad') {
    const [rows, columns] = [
      Math.max(1, Math.min(height, Math.round((image.height * width) / image.width))),
      Math.max(1, Math.min(width, Math.round((image.width * height) / image.height))),
    ];
    const [top, left] = [(height - rows) >> 1, (width - columns) >> 1];
    const inner = fitImage(image, channels, rows, columns, 'stretch');
    const padded = new Uint8Array(channels * height * width);
    for (let line = 0; line < channels * rows; line++) {
      const row = Math.floor(line / rows) * height + top + (line % rows);
      padded.set(inner.subarray(line * columns, (line + 1) * columns), row * width + left);
    }
    return padded;
  }
  const part = fit === 'crop' && wide !== high ? centralPart(image, width / height) : image;
  const resized = withChannels(resampleColumns(resampleRows(part, width), height), channels);
  return Uint8Array.from(resized.pixels, (value) => Math.min(255, Math.max(0, Math.round(value))));
}

function withChannels(image: Scaled, channels: number): Scaled {
  if (image.channels === channels) return image;
  const size = image.height * image.width;
  const plane = (channel: number) => image.pixels.subarray(channel * size, (channel + 1) * size);
  const pixels = new Float32Array(channels * size);
  if (image.channels === 1) {
    for (let channel = 0; channel < channels; channel++) pixels.set(plane(0), channel * size);
  } else {
    const [red, green, blue] = [plane(0), plane(1), plane(2)];
    const [r, g, b] = LUMINANCE;
    for (let i = 0; i < size; i++) pixels[i] = r * red[i]! + g * green[i]! + b * blue[i]!;
  }
  return { ...image, channels, pixels };
}

/** The largest part in the middle whose width is `aspect` times its height. */
function centralPart({ channels, height, width, pixels }: DecodedImage, aspect: number): DecodedImage {
  const rows = Math.max(1, Math.min(height, Math.round(width / aspect)));
  const columns = Math.max(1, Math.min(width, Math.round(height * aspect)));
  const top = (height - rows) >> 1;
  const left = (width - columns) >> 1;
  const part = new Uint8Array(channels * rows * columns);
  for (let channel = 0; channel < channels; channel++) {
    for (let row = 0; row < rows; row++) {
      const start = (channel * height + top + row) * width + left;
      part.set(pixels.subarray(start, start + columns), (channel * rows + row) * columns);
    }
  }
  return { channels, height: rows, width: columns, pixels: part };
}

/** What a new pixel is made of: old pixels from `first` on, each with a weight; these sum up to `total`. */
interface Taps {
  readonly first: number;
  readonly weights: Float64Array;
  readonly total: number;
}

/**
 * The pixels of a line of another length. Each new pixel is a mean of the old ones around its place, weighted by a triangle: two
 * old pixels wide when enlarging (linear interpolation), two new ones when shrinking, so that nothing is passed over.
 */
function taps(from: number, to: number): Taps[] {
  const scale = from / to;
  const reach = Math.max(1, scale);
  return Array.from({ length: to }, (_, place) => {
    const centre = (place + 0.5) * scale - 0.5;
    const first = Math.max(0, Math.ceil(centre - reach));
    const last = Math.min(from - 1, Math.floor(centre + reach));
    const weights = Float64Array.from(
      { length: last - first + 1 },
      (_, i) => 1 - Math.abs(first + i - centre) / reach,
    );
    return { first, weights, total: weights.reduce((sum, weight) => sum + weight, 0) };
  });
}

/** Rows of another length. */
function resampleRows(image: Scaled, width: number): Scaled {
  if (image.width === width) return image;
  const { pixels } = image;
  const table = taps(image.width, width);
  const lines = image.channels * image.height;
  const resampled = new Float32Array(lines * width);
  for (let line = 0; line < lines; line++) {
    const start = line * image.width;
    for (let column = 0; column < width; column++) {
      const { first, weights, total } = table[column]!;
      let sum = 0;
      for (let i = 0; i < weights.length; i++) sum += weights[i]! * pixels[start + first + i]!;
      resampled[line * width + column] = sum / total;
    }
  }
  return { ...image, width, pixels: resampled };
}

/** Columns of another length. */
function resampleColumns(image: Scaled, height: number): Scaled {
  if (image.height === height) return image;
  const { channels, width, pixels } = image;
  const table = taps(image.height, height);
  const resampled = new Float32Array(channels * height * width);
  const sums = new Float64Array(width);
  for (let line = 0; line < channels * height; line++) {
    const { first, weights, total } = table[line % height]!;
    const start = (Math.floor(line / height) * image.height + first) * width;
    sums.fill(0);
    for (let i = 0; i < weights.length; i++) {
      const weight = weights[i]!;
      const row = start + i * width;
      for (let column = 0; column < width; column++) sums[column]! += weight * pixels[row + column]!;
    }
    for (let column = 0; column < width; column++) resampled[line * width + column] = sums[column]! / total;
  }
  return { ...image, height, pixels: resampled };
}
