/** Seeing what modules do, for those who explain a step, measure it or look for what is wrong. */
import { within } from '../gpu/program/origin.js';
import type { Tensor } from '../tensor/tensor.js';
import type { Module } from './module.js';

/** By a `forward` that only notes whose launches are whose, the one that it runs. */
const scoped = new WeakMap<Module['forward'], Module['forward']>();

/** The `forward` that a call of the module's comes to, whoever notes whose launches are whose. */
export const forwardOf = ({ forward }: Module): Module['forward'] => scoped.get(forward) ?? forward;

/** Run what does the work of a module's `forward` in its stead; its launches are noted as the module's if those of `forward` would be. */
export const inScopeOf = <T>(module: Module, work: () => T): T =>
  scoped.has(module.forward) ? within(module.path, work) : work();

/**
 * Run `work` with something around each `forward` of these modules and all below. The modules themselves know nothing of it, so
 * nobody pays for it who does not ask: while `work` runs, each has a `forward` of its own before its class's.
 * @param around gets the module, and its forward pass to run; returns what that returned
 * @param looks does it look at that? Then two layers in a row are not done together: see `forwardTogether`
 */
export function aroundForward<T>(
  models: readonly Module[],
  around: (module: Module, forward: () => Tensor) => Tensor,
  work: () => T,
  looks = true,
): T {
  const modules = new Set(models.flatMap((model) => model.modules()));
  const before = [...modules].map((module) => Object.getOwnPropertyDescriptor(module, 'forward'));
  for (const module of modules) {
    const { forward } = module;
    const value: Module['forward'] = (x) => around(module, () => forward.call(module, x));
    if (!looks) scoped.set(value, forwardOf(module));
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
  aroundForward(models, (module, forward) => within(module.path, forward), work, false);
