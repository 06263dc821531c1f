import { checkArgument } from '../../errors/check-options.js';
import { instance, list, synchronous } from '../../errors/rules.js';
import { tracing, within } from '../../gpu/program/origin.js';
import { Module } from '../../nn/module.js';

/**
 * Note of each launch that `work` records where it comes from: the layer of these models, the op, the pass, and the line that
 * called it. `program.explain()` tells of it.
 *
 *     const program = traced([model], () => device.record(step));
 *
 * @returns what `work` returns
 * @throws ArgumentError for what is not a list of modules, or an async `work`
 */
export function traced<T>(models: readonly Module[], work: () => T): T {
  checkArgument('traced', 'models', models, list(instance(Module)));
  checkArgument('traced', 'work', work, synchronous);
  return withLayerScopes(models, () => tracing(work));
}

/**
 * Run `work` with each launch of these modules' `forward` noted as the innermost module's. The modules themselves know nothing of
 * it, so nobody pays for it who does not ask: while `work` runs, each has a `forward` of its own before its class's.
 */
function withLayerScopes<T>(models: readonly Module[], work: () => T): T {
  const modules = new Set(models.flatMap((model) => model.modules()));
  for (const module of modules) {
    const value: Module['forward'] = (x) =>
      within(module.path, () => Object.getPrototypeOf(module).forward.call(module, x));
    // Not enumerable: a model's fields are where its state is looked for.
    Object.defineProperty(module, 'forward', { value, configurable: true, enumerable: false });
  }
  try {
    return work();
  } finally {
    for (const module of modules) Reflect.deleteProperty(module, 'forward');
  }
}
