import { checkArgument, checkOptions, type Rules } from '../../../errors/check-options.js';
import { boolean, number } from '../../../errors/rules.js';
import type { Device } from '../../../gpu/device.js';
import { opDone } from '../../../gpu/program/origin.js';
import { checkFloats } from '../../../kernels/check.js';
import { dropout as dropoutKernel } from '../../../kernels/elementwise/dropout.js';
import { filled } from '../../../kernels/fill.js';
import { nextKey } from '../../../kernels/random-key.js';
import { tensorOf } from '../../../tensor/check.js';
import { checkRank } from '../../../tensor/shape.js';
import type { Tensor } from '../../../tensor/tensor.js';
import { putOnTape } from '../../tape.js';
import { multiply } from './multiply.js';

/** Whether `dropout` and `dropout2d` drop, and what. */
export interface DropoutOptions {
  /** Outside training, dropout is the identity (default true). */
  training?: boolean;
  /** Decides which elements are dropped: u32 [seed, counter], shape `[2]`. By default a fresh one of the device's. */
  key?: Tensor;
}

/** What these must be. */
const OPTIONS: Rules<DropoutOptions> = { training: boolean, key: tensorOf('u32') };

/** A probability of dropping: with 1 nothing would be left to enlarge. */
export const dropRule = number({ atLeast: 0, below: 1 });

/**
 * Inverted dropout: y = kept x / (1 - p), where kept is 0 with probability p, else 1; x of any shape.
 * @throws ArgumentError unless 0 <= p < 1, and x is not of integers
 */
export function dropout(x: Tensor, p: number, options: DropoutOptions = {}): Tensor {
  const key = keyOf('dropout', x, p, options);
  if (!key) return x;
  const y = dropoutKernel(x, key, p);
  // dx = kept dy / (1 - p): the same map
  return putOnTape('dropout', y, [x], (dy) => [dropoutKernel(dy, key, p)], { reads: [key] });
}

/**
 * Dropout of whole channels: y[n, c] = kept[n, c] x[n, c] / (1 - p), each channel of each image 0 or not as a whole; x [N, C, H, W].
 * Neighbours in a map are so alike that one which is dropped alone is hardly missed (Tompson et al., "Efficient object localization
 * using convolutional networks", 2015).
 *
 *     dg.dropout2d(maps, 0.2)
 *
 * @throws ArgumentError unless 0 <= p < 1, and x is not of integers; ShapeError when x has other axes
 */
export function dropout2d(x: Tensor, p: number, options: DropoutOptions = {}): Tensor {
  checkFloats('dropout2d', 'input', x);
  checkRank('dropout2d', 'input', x.shape, 4, '[N, C, H, W]');
  const key = keyOf('dropout2d', x, p, options);
  if (!key) return x;
  const ones = filled(x.device, [...x.shape.slice(0, 2), 1, 1], 1, x.dtype);
  const kept = dropoutKernel(ones, key, p);
  ones.dispose();
  return multiply(x, kept);
}

/** The key that `dropout` would draw now, for an op that drops in its stead. */
export function drawDropoutKey(device: Device): Tensor {
  const key = nextKey(device);
  opDone('dropout');
  return key;
}

/** What decides which elements are dropped, or undefined where none are; wrong arguments are refused. */
function keyOf(op: string, x: Tensor, p: number, options: DropoutOptions): Tensor | undefined {
  checkArgument(op, 'p', p, dropRule);
  checkFloats(op, 'input', x);
  checkOptions(op, options, OPTIONS);
  const { training = true, key } = options;
  return training && p !== 0 ? (key ?? nextKey(x.device)) : undefined;
}
