import { within } from '../../gpu/program/origin.js';
import type { Module } from '../../nn/module.js';

/**
 * Run `work` with each launch of these modules' `forward` noted as the innermost module's. The modules themselves know nothing of
 * it, so nobody pays for it who does not ask: while `work` runs, each has a `forward` of its own before its class's.
 */
export function withLayerScopes<T>(models: readonly Module[], work: () => T): T {
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
