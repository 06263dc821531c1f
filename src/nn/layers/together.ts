/**
 * Layers that cost less when they are done at once than one after the other. `Sequential` asks for each layer and the one behind it;
 * what comes out has the same bits either way. To whoever asks who called (src/inspect/explain/source-lines.ts) that is not this file,
 * but whoever called the layers.
 */
import { drawDropoutKey, dropRule } from '../../autograd/ops/elementwise/dropout.js';
import { maxPool2dDropped } from '../../autograd/ops/pools/max-pool2d.js';
import { needsGradient } from '../../autograd/tape.js';
import { Tensor } from '../../tensor/tensor.js';
import { forwardOf, inScopeOf } from '../around-forward.js';
import { attemptFor, type Module } from '../module.js';
import { Dropout } from './dropout.js';
import { MaxPool2d } from './max-pool2d.js';

type Kind<Layer> = new (...args: never[]) => Layer;

/** Two layers as one; undefined where nothing is gained by it. */
type Together<First, Second> = (first: First, second: Second, x: Tensor) => Tensor | undefined;

interface Pair {
  readonly forwards: readonly Module['forward'][];
  readonly together: Together<Module, Module>;
}

/**
 * The layers that `together` is given are of these kinds: `forwardTogether` sees to it, by the `forward` that they have now, since
 * somebody may put another into a class later.
 */
const pair = <First extends Module, Second extends Module>(
  first: Kind<First>,
  second: Kind<Second>,
  together: Together<First, Second>,
): Pair => ({
  forwards: [first.prototype.forward, second.prototype.forward],
  together: together as Together<Module, Module>,
});

/**
 * The pool and the dropout behind it, in the launches of the pool alone; not where nothing is dropped or no gradient needed, where either
 * refuses its arguments, and with dilation, for the sake of windows of padding alone: see `maxPool2dDropped`.
 */
const maxPoolThenDropout: Together<MaxPool2d, Dropout> = (pool, dropout, x) => {
  const { p, training } = dropout;
  const drops = training === true && p !== 0 && dropRule(p) === undefined;
  const dilated = [pool.options.dilation ?? 1].flat().some((dilation) => dilation !== 1);
  if (dilated || !(drops && x instanceof Tensor && needsGradient([x]))) return undefined;
  const draw = () => inScopeOf(dropout, () => drawDropoutKey(x.device));
  return inScopeOf(pool, () => attemptFor(pool, () => maxPool2dDropped(x, pool.options, p, draw)));
};

const PAIRS: readonly Pair[] = [pair(MaxPool2d, Dropout, maxPoolThenDropout)];

/**
 * What `second.forward(first.forward(x))` gives, by less work; undefined where there is no way to that, or somebody would miss a call
 * of the `forward` of either: a class that extends a layer and has its own, who put another into a class or a layer, or who looks at
 * what each layer makes.
 */
export function forwardTogether(first: Module, second: Module, x: Tensor): Tensor | undefined {
  const called = [first, second].map(forwardOf);
  const found = PAIRS.find(({ forwards }) => forwards.every((forward, at) => called[at] === forward));
  return found?.together(first, second, x);
}
