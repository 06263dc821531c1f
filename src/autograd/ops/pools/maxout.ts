import { checkArgument } from '../../../errors/check-options.js';
import { ShapeError } from '../../../errors/errors.js';
import { whole } from '../../../errors/rules.js';
import { checkFloats } from '../../../kernels/check.js';
import { maxout as forward, maxoutGradient } from '../../../kernels/maxout.js';
import { formatShape } from '../../../tensor/shape.js';
import type { Tensor } from '../../../tensor/tensor.js';
import { putOnTape } from '../../tape.js';

/**
 * y[n, c, ...] = max over p < pieces of x[n, c pieces + p, ...]; x `[N, C * pieces, ...]`, result `[N, C, ...]`.
 *
 * Behind a convolution or a fully connected layer this is a maxout layer (Goodfellow et al., "Maxout Networks", ICML 2013,
 * section 3): each output is the largest of `pieces` linear functions of the input. Ties go to the first, NaN spreads.
 *
 * @throws ArgumentError unless `pieces` is a whole number of at least 1, and x is not of integers; ShapeError unless it divides the channels
 */
export function maxout(x: Tensor, pieces: number): Tensor {
  checkFloats('maxout', 'input', x);
  checkPieces('maxout', pieces);
  if (x.rank < 2 || x.shape[1] % pieces !== 0) {
    throw new ShapeError(
      'maxout',
      `input ${formatShape(x.shape)} for ${pieces} pieces, expected [N, C * ${pieces}, ...]; ` +
        `give the layer before it ${pieces} outputs for each one that is to remain`,
    );
  }
  const y = forward(x, pieces);
  // dx[n, c pieces + p] = dy[n, c] for the first p with x[n, c pieces + p] = y[n, c], else 0
  return putOnTape('maxout', y, [x], (dy) => [maxoutGradient(x, dy, pieces)], { reads: [x] });
}

/**
 * Refuse what cannot be a number of pieces.
 * @throws ArgumentError
 */
export function checkPieces(who: string, pieces: number): void {
  checkArgument(who, 'pieces', pieces, whole(1));
}
