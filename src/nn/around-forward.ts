/** Seeing what modules do, for those who explain a step, measure it or look for what is wrong. */
import { within } from '../gpu/program/origin.js';
import type { Tensor } from '../tensor/tensor.js';
import type { Module } from './module.js';

/**
 * Run `work` with something around each `forward` of these modules and all below. The modules themselves know nothing of it, so
 * nobody pays for it who does not ask: while `work` runs, each has a `forward` of its own before its class's.
 * @param around gets the module, and its forward pass to run; returns what that returned
 */
export function aroundForward<T>(
  models: readonly Module[],
  around: (module: Module, forward: () => Tensor) => Tensor,
  work: () => T,
): T {
  const modules = new Set(models.flatMap((model) => model.modules()));
  const before = [...modules].map((module) => Object.getOwnPropertyDescriptor(module, 'forward'));
  for (const module of modules) {
    const { forward } = module;
    const value: Module['forward'] = (x) => around(module, () => forward.call(module, x));
    // Not enumerable: a model's fields are where its state is looked for.
    Object.defineProperty(module, 'forward', { value, configurable: true, enumerable: false });
  }
  try {
    return work();
  } finally {
    [...modules].forEach((module, index) => {
      const own = before[index];
      if (own) Object.defineProperty(module, 'forward', own);
      else Reflect.deleteProperty(module, 'forward');
    });
  }
}

/** Run `work` with each launch of these modules' `forward` noted as the innermost module's. */
export const withLayerScopes = <T>(models: readonly Module[], work: () => T): T =>
  aroundForward(models, (module, forward) => within(module.path, forward), work);
