/** Gradients held to a size before the step of an optimizer: against the few that are so large that a step on them undoes the training. */
import { checkArgument, checkOptions, type Rules } from '../../errors/check-options.js';
import { ArgumentError } from '../../errors/errors.js';
import { list, number, oneOf } from '../../errors/rules.js';
import { show } from '../../errors/show.js';
import { checkDType } from '../../kernels/check.js';
import { filled } from '../../kernels/fill.js';
import { clampGradient, gradientNorm, scaleToNorm } from '../../kernels/optimizers/gradient-norm.js';
import { checkOneDevice, tensorOf } from '../../tensor/check.js';
import type { Tensor } from '../../tensor/tensor.js';

/** Which norm. */
export interface ClipGradNormOptions {
  /** 2 for the root of the sum of squares (default), Infinity for the largest magnitude. */
  normType?: number;
}

const OPTIONS: Rules<ClipGradNormOptions> = { normType: oneOf(2, Number.POSITIVE_INFINITY) };

/**
 * Scale the gradients of parameters down, in place, so that their norm, of all of them as one vector, is at most `maxNorm`: PyTorch's
 * `clip_grad_norm_` (Pascanu, Mikolov & Bengio, ICML 2013). Two launches for each gradient and one more; nothing waits for the device.
 * Those that have no gradient are passed over. A NaN among the gradients makes all of them NaN.
 *
 *     loss.backward();
 *     const norm = dg.clipGradNorm(model.parameters(), 1);
 *     optimizer.step();
 *
 * With a `GradScaler` its `unscale` comes first. A program has `maxNorm` fixed.
 * @returns the norm that the gradients had before, a scalar of shape `[]`
 * @throws ArgumentError when there are no parameters, one is none, or their gradients are not f32 or on several devices, and unless
 *   `maxNorm` is a number of at least 0; no gradient is changed then
 */
export function clipGradNorm(
  parameters: Iterable<Tensor>,
  maxNorm: number,
  options: ClipGradNormOptions = {},
): Tensor {
  const { device, gradients } = gradientsOf('clipGradNorm', parameters);
  checkArgument('clipGradNorm', 'maxNorm', maxNorm, number({ atLeast: 0 }));
  checkOptions('clipGradNorm', options, OPTIONS);
  const [first, ...others] = gradients;
  if (!first) return filled(device, [], 0);
  const norm = gradientNorm([first, ...others], options.normType === Number.POSITIVE_INFINITY);
  for (const gradient of gradients) scaleToNorm(gradient, norm, maxNorm);
  return norm;
}

/**
 * Bring each element of the gradients of parameters within -clipValue and clipValue, in place: PyTorch's `clip_grad_value_`. NaN stays.
 * @throws ArgumentError as `clipGradNorm`
 */
export function clipGradValue(parameters: Iterable<Tensor>, clipValue: number): void {
  const { gradients } = gradientsOf('clipGradValue', parameters);
  checkArgument('clipGradValue', 'clipValue', clipValue, number({ atLeast: 0 }));
  for (const gradient of gradients) clampGradient(gradient, clipValue);
}

/** The gradients that there are, each once and with elements. */
function gradientsOf(
  op: string,
  parameters: Iterable<Tensor>,
): Pick<Tensor, 'device'> & { gradients: Tensor[] } {
  if (typeof parameters !== 'object' || parameters === null || !(Symbol.iterator in parameters)) {
    const remedy = 'they must be a list of parameters, as model.parameters() makes one';
    throw new ArgumentError(op, 'parameters', `are ${show(parameters)}`, remedy);
  }
  const all = [...new Set(parameters)];
  checkArgument(op, 'parameters', all, list(tensorOf()));
  const [first] = all;
  if (!first) throw new ArgumentError(op, 'parameters', 'is empty', 'there must be one at least');
  const gradients = all.flatMap(({ grad }) => (grad && grad.size > 0 ? [grad] : []));
  for (const gradient of gradients) checkDType(op, 'gradient', gradient);
  checkOneDevice(op, Object.fromEntries(all.map((parameter, index) => [`parameters[${index}]`, parameter])));
  return { device: first.device, gradients };
}
