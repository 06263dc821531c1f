import { ArgumentError } from '../../../errors/errors.js';
import { checkDType } from '../../../kernels/check.js';
import { dropout as dropoutKernel } from '../../../kernels/dropout.js';
import { nextKey } from '../../../kernels/random-key.js';
import type { Tensor } from '../../../tensor/tensor.js';
import { putOnTape } from '../../tape.js';

/** Whether `dropout` drops, and what. */
export interface DropoutOptions {
  /** Outside training, dropout is the identity (default true). */
  training?: boolean;
  /** Decides which elements are dropped: u32 [seed, counter], shape `[2]`. By default a fresh one of the device's. */
  key?: Tensor;
}

/**
 * Inverted dropout: y = kept x / (1 - p), where kept is 0 with probability p, else 1; x of any shape.
 * @throws ArgumentError unless 0 <= p < 1, and x is f32
 */
export function dropout(x: Tensor, p: number, { training = true, key }: DropoutOptions = {}): Tensor {
  if (!(p >= 0 && p < 1)) {
    throw new ArgumentError(
      'dropout',
      'p',
      `is ${p}`,
      'the probability of dropping must be at least 0 and below 1',
    );
  }
  checkDType('dropout', 'input', x);
  if (!training || p === 0) return x;
  const dropKey = key ?? nextKey(x.device);
  const y = dropoutKernel(x, dropKey, p);
  // dx = kept dy / (1 - p): the same map
  return putOnTape('dropout', y, [x], (dy) => [dropoutKernel(dy, dropKey, p)], { reads: [] });
}
