import { checkOptions, type Rules } from '../../../errors/check-options.js';
import { ShapeError } from '../../../errors/errors.js';
import { number, required, whole } from '../../../errors/rules.js';
import { checkFloats } from '../../../kernels/check.js';
import {
  localResponseNorm as forward,
  localResponseNormGradient,
  type ResponseNorm,
} from '../../../kernels/normalisation/local-response-norm.js';
import { formatShape } from '../../../tensor/shape.js';
import type { Tensor } from '../../../tensor/tensor.js';
import { putOnTape } from '../../tape.js';

/** The numbers in the formula of `localResponseNorm`. */
export interface LocalResponseNormOptions {
  /** Channels in a window: floor(size / 2) before its own, the rest after it. */
  size: number;
  /** Divided by `size` before it multiplies the sum of squares, as in PyTorch (default 1e-4). */
  alpha?: number;
  /** The power that the sum is taken to (default 0.75). */
  beta?: number;
  /** Added to the sum (default 1). */
  k?: number;
}

/** What these must be, for a positive number to be left to take the power of. */
const OPTIONS: Rules<LocalResponseNormOptions> = {
  size: required(whole(1)),
  alpha: number({ atLeast: 0 }),
  beta: number(),
  k: number({ above: 0 }),
};

/**
 * Local response normalisation across channels (Krizhevsky et al., "ImageNet Classification with Deep Convolutional Neural
 * Networks", NIPS 2012, section 3.3), with PyTorch's conventions:
 *
 *   y[c] = x[c] / (k + (alpha / size) * sum over j in window(c) of x[j]^2)^beta
 *
 * at each position of each image; x and y `[N, C, ...]`. The window is cut off at the first and last channel, and alpha is
 * divided by `size` there too. Where a paper's formula has no such division, as that paper's, pass its alpha times `size`.
 *
 * @throws ShapeError when x has no channels; ArgumentError when it is of integers, or the options leave no positive number to take the
 *   power of
 */
export function localResponseNorm(x: Tensor, options: LocalResponseNormOptions): Tensor {
  checkFloats('localResponseNorm', 'input', x);
  if (x.rank < 2) {
    throw new ShapeError(
      'localResponseNorm',
      `input has shape ${formatShape(x.shape)}, expected 2 axes or more [N, C, ...]`,
    );
  }
  const norm = responseNormOf('localResponseNorm', options);
  const y = forward(x, norm);
  // With base[c] the bracket above:
  // dx[c] = dy[c] base[c]^-beta - 2 (alpha / size) beta x[c] * sum of dy[j] x[j] base[j]^(-beta - 1) over the j whose
  // window holds c
  return putOnTape('localResponseNorm', y, [x], (dy) => [localResponseNormGradient(x, dy, norm)], {
    reads: [x],
  });
}

/**
 * The options with PyTorch's defaults filled in.
 * @throws ArgumentError where they make no sense
 */
export function responseNormOf(who: string, options: LocalResponseNormOptions): ResponseNorm {
  checkOptions(who, options, OPTIONS);
  const { size, alpha = 1e-4, beta = 0.75, k = 1 } = options;
  return { size, alpha, beta, k };
}
