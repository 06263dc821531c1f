/** The filters of a net's first layer, drawn: what it looks for in the pixels themselves. */
import type { Picture } from '../../data/picture.js';
import type { HostArray } from '../../nn/state.js';
import { type Checkpoint, netState } from '../../train/checkpoints/checkpoint.js';

export interface Filter {
  readonly picture: Picture;
  /** The Euclidean norm of its weights. */
  readonly norm: number;
}

export interface FirstFilters {
  /** The name of the weight, `block1.conv.weight`. */
  readonly weight: string;
  readonly filters: readonly Filter[];
}

/** @returns undefined for a net whose first weight isn't that of a convolution of grey or coloured images */
export function firstFilters(checkpoint: Checkpoint): FirstFilters | undefined {
  const [first] = netState(checkpoint);
  if (!first) return undefined;
  const [weight, array] = first;
  const channels = array.shape[1];
  if (array.shape.length !== 4 || (channels !== 1 && channels !== 3)) return undefined;
  return { weight, filters: Array.from({ length: array.shape[0]! }, (_, map) => filterOf(array, map)) };
}

/** Weights of 0 are grey, the largest of the filter to either side black or white. */
function filterOf({ shape, values }: HostArray, map: number): Filter {
  const [, channels = 1, rows = 1, columns = 1] = shape;
  const plane = rows * columns;
  const weights = values.subarray(map * channels * plane, (map + 1) * channels * plane);
  const largest = weights.reduce((most, weight) => Math.max(most, Math.abs(weight)), 0);
  const brightness = (weight: number) => 127.5 + (largest === 0 ? 0 : (127.5 * weight) / largest);
  const at = (channel: number, pixel: number) => brightness(weights[channel * plane + pixel]!);
  const colours = channels === 1 ? [0, 0, 0] : [0, 1, 2];
  return {
    picture: { rows, columns, colourOf: (pixel) => colours.map((channel) => at(channel, pixel)) },
    norm: Math.hypot(...weights),
  };
}
