// One bias per channel, axis 1 of [N, C, ...]:   y[n, c, ...] = x[n, c, ...] + bias[c]

import { type Array64, array64, map64, sizeOf } from './array.js';

/** The channel of the element at a row-major position of [N, C, ...]. */
function channelAt(shape: readonly number[], position: number): number {
  const positionsPerChannel = sizeOf(shape.slice(2));
  return Math.floor(position / positionsPerChannel) % shape[1];
}

export function addBias(input: Array64, bias: Array64): Array64 {
  return map64(input, (value, i) => value + bias.data[channelAt(input.shape, i)]);
}

/** dBias[c] = sum of dy[n, c, ...] over all axes but c; the gradient of x is dy itself. */
export function biasBackward(dOutput: Array64): Array64 {
  const dBias = array64([dOutput.shape[1]]);
  dOutput.data.forEach((value, i) => {
    dBias.data[channelAt(dOutput.shape, i)] += value;
  });
  return dBias;
}
