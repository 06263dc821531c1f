/** What layer norm and group norm do alike. */
import type { Rules } from '../../../errors/check-options.js';
import { number } from '../../../errors/rules.js';
import {
  type RowLayout,
  rowNorm,
  rowNormGradient,
  rowNormParameterGradients,
} from '../../../kernels/normalisation/row-norm.js';
import type { Tensor } from '../../../tensor/tensor.js';
import { needsGradient, putOnTape } from '../../tape.js';

/** What is added under the root. */
export interface RowNormOptions {
  /** Added to the variance under the root (default 1e-5). */
  eps?: number;
}

/** What that must be. */
export const ROW_NORM_RULES: Rules<RowNormOptions> = { eps: number({ atLeast: 0 }) };

/**
 * y = weight (x - mean) / sqrt(variance + eps) + bias, with the mean and the variance of each row of `layout`. Weight and bias have a
 * number for each of the layout's channels, in any shape; null is for none.
 */
export function normaliseRows(
  op: string,
  x: Tensor,
  layout: RowLayout,
  weight: Tensor | null,
  bias: Tensor | null,
  { eps = 1e-5 }: RowNormOptions,
): Tensor {
  const rows = { layout, gamma: weight, eps };
  const { y, moments } = rowNorm(x, rows, bias);
  const inputs = [x, ...(weight ? [weight] : []), ...(bias ? [bias] : [])];
  if (!needsGradient(inputs)) moments.dispose();

  // dx = (g - mean(g) - xhat mean(g xhat)) / sqrt(variance + eps), g = weight dy;  dweight = sum dy xhat,  dbias = sum dy
  const backward = (dy: Tensor) => {
    const dx = x.requiresGrad ? rowNormGradient(dy, x, moments, rows) : null;
    if (!weight?.requiresGrad && !bias?.requiresGrad) return [dx, null, null].slice(0, inputs.length);
    const { gamma, beta } = rowNormParameterGradients(dy, x, moments, rows);
    return [dx, ...taken(gamma, weight), ...taken(beta, bias)];
  };
  return putOnTape(op, y, inputs, backward, { reads: weight ? [x, weight] : [x], saved: [moments] });
}

/** A gradient in the shape of what it is of, if there is such a thing and it wants one. */
function taken(gradient: Tensor, of: Tensor | null): (Tensor | null)[] {
  const shaped = of?.requiresGrad ? gradient.view(of.shape) : null;
  gradient.dispose();
  return of ? [shaped] : [];
}
