import { checkArgument } from '../../errors/check-options.js';
import { instance, list, synchronous } from '../../errors/rules.js';
import { tracing } from '../../gpu/program/origin.js';
import { withLayerScopes } from '../../nn/around-forward.js';
import { Module } from '../../nn/module.js';

/**
 * Note of each launch that `work` records where it comes from: the layer of these models, the op, the pass, and the lines that
 * called it. `program.explain()` tells of them.
 *
 *     const program = dg.withOrigins([model], () => device.record(step));
 *
 * @returns what `work` returns
 * @throws ArgumentError for what is not a list of modules, or an async `work`
 */
export function withOrigins<T>(models: readonly Module[], work: () => T): T {
  checkArgument('withOrigins', 'models', models, list(instance(Module)));
  checkArgument('withOrigins', 'work', work, synchronous);
  return withLayerScopes(models, () => tracing(work));
}
