/** Parameters that stay as they are while the rest of a net learns. */
import { BatchNorm2d } from '../../nn/layers/normalisation/batch-norm2d.js';
import type { Module } from '../../nn/module.js';
import type { GroupOptions, RateOptions } from '../../nn/optim/options.js';
import type { Parameter } from '../../nn/parameter.js';
import { RunError } from '../run/run-error.js';
import { patternOf } from './parameter-groups.js';

/**
 * Freeze parameters by name: no gradient is computed for them, and neither an optimizer nor a penalty changes them. A batch norm whose
 * weight and bias both are frozen also keeps its running statistics, and normalises by them: what those who fine-tune nets in
 * PyTorch do by hand, since there `requires_grad` alone leaves the statistics moving.
 * @param patterns names, in which `*` stands for any letters
 * @throws RunError when one of them names nothing, or nothing is left to train
 */
export function freeze(model: Module, patterns: readonly string[] = []): void {
  const named = [...model.namedParameters()];
  const names = named.map(([name]) => name).join(', ');
  for (const pattern of patterns) {
    const matching = named.filter(([name]) => patternOf(pattern).test(name));
    if (matching.length === 0)
      throw new RunError(`freeze: no parameter is called ${pattern}; the model has ${names}`);
    for (const [, parameter] of matching) parameter.requiresGrad = false;
  }
  if (patterns.length > 0 && !named.some(([, { requiresGrad }]) => requiresGrad)) {
    throw new RunError(
      `freeze: ${patterns.join(', ')} are all parameters that the model has; leave some to train`,
    );
  }
  for (const module of model.modules()) {
    if (!(module instanceof BatchNorm2d)) continue;
    const { weight, bias } = module;
    module.frozen = weight !== null && bias !== null && !weight.requiresGrad && !bias.requiresGrad;
  }
}

/** What is left of groups of parameters without those that are frozen. */
export const trainableGroups = (groups: readonly GroupOptions<RateOptions>[]): GroupOptions<RateOptions>[] =>
  groups.flatMap(({ params, ...options }) => {
    const trainable = [...(params as Iterable<Parameter>)].filter(({ requiresGrad }) => requiresGrad);
    return trainable.length > 0 ? [{ params: trainable, ...options }] : [];
  });
