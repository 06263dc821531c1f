// Which input elements a pooling window covers.

import type { Pair } from './array.js';

export interface PoolGeometry {
  readonly kernel: Pair;
  readonly stride: Pair;
  readonly padding: Pair;
  /** Round the output size up, so that the last window may hang over the edge. */
  readonly ceilMode: boolean;
}

/**
 * out = floor or ceil((in + 2 padding - kernel) / stride) + 1, per axis (0 height, 1 width). Rounded up, the last window
 * is dropped again if it would start beyond the input and its left padding: (out - 1) stride >= in + padding.
 */
export function pooledSize(input: number, geometry: PoolGeometry, axis: 0 | 1): number {
  const kernel = geometry.kernel[axis];
  const stride = geometry.stride[axis];
  const padding = geometry.padding[axis];
  const steps = (input + 2 * padding - kernel) / stride;
  if (!geometry.ceilMode) return Math.floor(steps) + 1;
  const size = Math.ceil(steps) + 1;
  return (size - 1) * stride >= input + padding ? size - 1 : size;
}

/** [N, C, H, W] -> [N, C, outH, outW]. */
export function pooledShape(inputShape: readonly number[], geometry: PoolGeometry): number[] {
  const [batch, channels, height, width] = inputShape;
  return [batch, channels, pooledSize(height, geometry, 0), pooledSize(width, geometry, 1)];
}

/** One window along one axis: it covers the input elements `start` (inclusive) to `end` (exclusive). */
export interface Span {
  readonly start: number;
  readonly end: number;
  /** The length with the padding counted, but not what hangs over the padded edge in ceil mode. */
  readonly paddedLength: number;
}

export function windowSpan(position: number, input: number, geometry: PoolGeometry, axis: 0 | 1): Span {
  const padding = geometry.padding[axis];
  const start = position * geometry.stride[axis] - padding;
  const end = Math.min(start + geometry.kernel[axis], input + padding);
  return { start: Math.max(start, 0), end: Math.min(end, input), paddedLength: end - start };
}
