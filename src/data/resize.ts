/** An image in host memory: `[channels, height, width]`, values 0..255. */
export interface Planes {
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  readonly values: Float32Array;
}

/** How bright the eye finds red, green and blue (ITU-R BT.601). */
const LUMINANCE = [0.299, 0.587, 0.114] as const;

/** The image as bytes with the channels and the size that a model takes: its central part of that shape, scaled. */
export function fitImage(image: Planes, channels: number, height: number, width: number): Uint8Array {
  const coloured = withChannels(image, channels);
  const cropped = centralPart(coloured, width / height);
  const narrowed = resampleRows(cropped, width);
  const resized = transpose(resampleRows(transpose(narrowed), height));
  return Uint8Array.from(resized.values, (value) => Math.min(255, Math.max(0, Math.round(value))));
}

function withChannels(image: Planes, channels: number): Planes {
  if (image.channels === channels) return image;
  const size = image.height * image.width;
  const plane = (channel: number) => image.values.subarray(channel * size, (channel + 1) * size);
  const values = new Float32Array(channels * size);
  if (image.channels === 1) {
    for (let channel = 0; channel < channels; channel++) values.set(plane(0), channel * size);
  } else {
    const [red, green, blue] = [plane(0), plane(1), plane(2)];
    const [r, g, b] = LUMINANCE;
    for (let i = 0; i < size; i++) values[i] = r * red[i]! + g * green[i]! + b * blue[i]!;
  }
  return { ...image, channels, values };
}

/** The largest part in the middle whose width is `aspect` times its height. */
function centralPart({ channels, height, width, values }: Planes, aspect: number): Planes {
  const rows = Math.max(1, Math.min(height, Math.round(width / aspect)));
  const columns = Math.max(1, Math.min(width, Math.round(height * aspect)));
  const top = (height - rows) >> 1;
  const left = (width - columns) >> 1;
  const part = new Float32Array(channels * rows * columns);
  for (let channel = 0; channel < channels; channel++) {
    for (let row = 0; row < rows; row++) {
      const start = (channel * height + top + row) * width + left;
      part.set(values.subarray(start, start + columns), (channel * rows + row) * columns);
    }
  }
  return { channels, height: rows, width: columns, values: part };
}

function transpose({ channels, height, width, values }: Planes): Planes {
  const turned = new Float32Array(values.length);
  for (let channel = 0; channel < channels; channel++) {
    const base = channel * height * width;
    for (let row = 0; row < height; row++) {
      for (let column = 0; column < width; column++) {
        turned[base + column * height + row] = values[base + row * width + column]!;
      }
    }
  }
  return { channels, height: width, width: height, values: turned };
}

/**
 * Rows of another length. Each new pixel is a mean of the old ones around its place, weighted by a triangle: two old pixels
 * wide when enlarging (linear interpolation), two new ones when shrinking, so that nothing is passed over.
 */
function resampleRows(image: Planes, width: number): Planes {
  if (image.width === width) return image;
  const scale = image.width / width;
  const reach = Math.max(1, scale);
  const lines = image.channels * image.height;
  const values = new Float32Array(lines * width);
  for (let column = 0; column < width; column++) {
    const centre = (column + 0.5) * scale - 0.5;
    const first = Math.max(0, Math.ceil(centre - reach));
    const last = Math.min(image.width - 1, Math.floor(centre + reach));
    const weights = Array.from(
      { length: last - first + 1 },
      (_, i) => 1 - Math.abs(first + i - centre) / reach,
    );
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    for (let line = 0; line < lines; line++) {
      let sum = 0;
      weights.forEach((weight, i) => {
        sum += weight * image.values[line * image.width + first + i]!;
      });
      values[line * width + column] = sum / total;
    }
  }
  return { ...image, width, values };
}
