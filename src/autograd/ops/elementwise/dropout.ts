import { checkArgument, checkOptions, type Rules } from '../../../errors/check-options.js';
import { boolean, number } from '../../../errors/rules.js';
import { checkFloats } from '../../../kernels/check.js';
import { dropout as dropoutKernel } from '../../../kernels/elementwise/dropout.js';
import { nextKey } from '../../../kernels/random-key.js';
import { tensorOf } from '../../../tensor/check.js';
import type { Tensor } from '../../../tensor/tensor.js';
import { putOnTape } from '../../tape.js';

/** Whether `dropout` drops, and what. */
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
  checkArgument('dropout', 'p', p, dropRule);
  checkFloats('dropout', 'input', x);
  checkOptions('dropout', options, OPTIONS);
  const { training = true, key } = options;
  if (!training || p === 0) return x;
  const dropKey = key ?? nextKey(x.device);
  const y = dropoutKernel(x, dropKey, p);
  // dx = kept dy / (1 - p): the same map
  return putOnTape('dropout', y, [x], (dy) => [dropoutKernel(dy, dropKey, p)], { reads: [dropKey] });
}
