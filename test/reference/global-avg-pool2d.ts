// Global average pooling:   y[n, c] = (1 / (H W)) sum_{h, w} x[n, c, h, w]   dx[n, c, h, w] = dy[n, c] / (H W)

import { type Array64, array64 } from './array.js';

/** input [N, C, H, W] -> [N, C]. */
export function globalAvgPool2d(input: Array64): Array64 {
  const [batch, channels, height, width] = input.shape;
  const output = array64([batch, channels]);
  input.data.forEach((value, i) => {
    output.data[Math.floor(i / (height * width))] += value / (height * width);
  });
  return output;
}

export function globalAvgPool2dBackward(dOutput: Array64, inputShape: readonly number[]): Array64 {
  const [, , height, width] = inputShape;
  const dInput = array64(inputShape);
  for (let i = 0; i < dInput.data.length; i++) {
    dInput.data[i] = dOutput.data[Math.floor(i / (height * width))] / (height * width);
  }
  return dInput;
}
