// Contrast normalisation of images [N, C, H, W].
//
//   global: v = x - mean over the image, y = scale v / |v|            (0 for an image of one colour)
//   local:  v = x - m(x), y = v / max(s(v), mean over the plane of s(v), 1e-4), each plane by itself
//           m(x) = sum_ij w_ij x_ij     s(v) = sqrt(sum_ij w_ij v_ij^2)     w Gaussian over size x size, sums to 1

import { type Array64, array64, map64, offset } from './array.js';

export function globalContrast(x: Array64, scale: number): Array64 {
  const y = array64(x.shape);
  const features = x.data.length / x.shape[0];
  for (let n = 0; n < x.shape[0]; n++) {
    const image = x.data.subarray(n * features, (n + 1) * features);
    const mean = image.reduce((sum, value) => sum + value, 0) / features;
    const norm = Math.sqrt(image.reduce((sum, value) => sum + (value - mean) ** 2, 0));
    const flat = image.every((value) => value === image[0]);
    for (let i = 0; i < features; i++) {
      y.data[n * features + i] = flat ? 0 : (scale * (image[i] - mean)) / norm;
    }
  }
  return y;
}

export function localContrast(x: Array64, size: number, sigma: number): Array64 {
  const plane = x.shape[2] * x.shape[3];
  const mean = blur(x, size, sigma);
  const centred = map64(x, (value, i) => value - mean.data[i]);
  const rms = map64(
    blur(
      map64(centred, (value) => value ** 2),
      size,
      sigma,
    ),
    Math.sqrt,
  );
  return map64(centred, (value, i) => {
    const start = i - (i % plane);
    const planeMean = rms.data.subarray(start, start + plane).reduce((sum, value) => sum + value, 0) / plane;
    return value / Math.max(rms.data[i], planeMean, 1e-4);
  });
}

/** The Gaussian mean round every pixel, zeros outside. */
function blur(x: Array64, size: number, sigma: number): Array64 {
  const [batch, channels, height, width] = x.shape;
  const radius = (size - 1) / 2;
  const weight = (dy: number, dx: number) => Math.exp(-(dy ** 2 + dx ** 2) / (2 * sigma ** 2));
  let total = 0;
  for (let dy = -radius; dy <= radius; dy++)
    for (let dx = -radius; dx <= radius; dx++) total += weight(dy, dx);
  const y = array64(x.shape);
  for (let n = 0; n < batch; n++)
    for (let c = 0; c < channels; c++)
      for (let h = 0; h < height; h++)
        for (let w = 0; w < width; w++)
          for (let dy = -radius; dy <= radius; dy++)
            for (let dx = -radius; dx <= radius; dx++) {
              if (h + dy < 0 || h + dy >= height || w + dx < 0 || w + dx >= width) continue;
              const value = x.data[offset(x.shape, n, c, h + dy, w + dx)];
              y.data[offset(x.shape, n, c, h, w)] += (weight(dy, dx) / total) * value;
            }
  return y;
}
