// Layer norm (Ba, Kiros and Hinton, 2016) and group norm (Wu and He, 2018): each row by its own mean and variance.
//
//   xhat = (x - mean) / sqrt(variance + eps)      y = weight xhat + bias
//
// x is [batch, groups, channels, positions] and its rows are what the first two axes have; weight and bias are [groups, channels].
// The variance is divided by the count.

import { type Array64, array64, map64, sizeOf } from './array.js';

export interface RowLayout {
  readonly groups: number;
  readonly channels: number;
  readonly positions: number;
}

export const layerLayout = (normalizedShape: readonly number[]): RowLayout => ({
  groups: 1,
  channels: sizeOf(normalizedShape),
  positions: 1,
});

export const groupLayout = ([, channels, ...positions]: readonly number[], groups: number): RowLayout => ({
  groups,
  channels: channels / groups,
  positions: sizeOf(positions),
});

/** The place in weight and bias of an element. */
const channelAt = ({ groups, channels, positions }: RowLayout, i: number): number =>
  Math.floor(i / positions) % (groups * channels);

/** The mean of each row, for each element. */
function rowMeans(values: Array64, { channels, positions }: RowLayout): Float64Array {
  const length = channels * positions;
  const means = new Float64Array(values.data.length / length);
  values.data.forEach((value, i) => {
    means[Math.floor(i / length)] += value / length;
  });
  return values.data.map((_, i) => means[Math.floor(i / length)]);
}

function normalise(input: Array64, layout: RowLayout, eps: number) {
  const means = rowMeans(input, layout);
  const deviations = map64(input, (x, i) => x - means[i]);
  const variances = rowMeans(
    map64(deviations, (deviation) => deviation ** 2),
    layout,
  );
  const scales = variances.map((variance) => 1 / Math.sqrt(variance + eps));
  return { scales, xhat: map64(deviations, (deviation, i) => deviation * scales[i]) };
}

/** Weight and bias in any shape, or null for none. */
export function rowNorm(
  input: Array64,
  weight: Array64 | null,
  bias: Array64 | null,
  layout: RowLayout,
  eps: number,
): Array64 {
  return map64(normalise(input, layout, eps).xhat, (xhat, i) => {
    const channel = channelAt(layout, i);
    return xhat * (weight?.data[channel] ?? 1) + (bias?.data[channel] ?? 0);
  });
}

/** dInput = (g - mean(g) - xhat mean(g xhat)) / sqrt(variance + eps), g = weight dy;  dWeight = sum dy xhat,  dBias = sum dy. */
export function rowNormBackward(
  dOutput: Array64,
  input: Array64,
  weight: Array64 | null,
  layout: RowLayout,
  eps: number,
) {
  const { scales, xhat } = normalise(input, layout, eps);
  const shape = weight?.shape ?? [layout.groups * layout.channels];
  const [dWeight, dBias] = [array64(shape), array64(shape)];
  dOutput.data.forEach((dy, i) => {
    dWeight.data[channelAt(layout, i)] += dy * xhat.data[i];
    dBias.data[channelAt(layout, i)] += dy;
  });
  const scaled = map64(dOutput, (dy, i) => dy * (weight?.data[channelAt(layout, i)] ?? 1));
  const means = rowMeans(scaled, layout);
  const slopes = rowMeans(
    map64(scaled, (g, i) => g * xhat.data[i]),
    layout,
  );
  const dInput = map64(scaled, (g, i) => (g - means[i] - xhat.data[i] * slopes[i]) * scales[i]);
  return { dInput, dWeight, dBias };
}
