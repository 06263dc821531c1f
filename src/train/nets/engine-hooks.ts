/**
 * What Node asks, in a thread of its own, where an import leads. A user's file says `import 'dawngrad'`, which from where it lies
 * may lead nowhere, or to another copy of this package, whose classes are others. Here it leads to the copy that runs.
 */
import type { InitializeHook, ResolveHook } from 'node:module';

let engine = '';

export const initialize: InitializeHook<string> = (url) => {
  engine = url;
};

export const resolve: ResolveHook = (specifier, context, next) =>
  specifier === 'dawngrad' ? { url: engine, shortCircuit: true } : next(specifier, context);
