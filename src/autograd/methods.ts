import { Tensor } from '../tensor/tensor.js';
import { add } from './ops/elementwise/add.js';
import { divide } from './ops/elementwise/divide.js';
import { multiply } from './ops/elementwise/multiply.js';
import { relu } from './ops/elementwise/relu.js';
import { scale } from './ops/elementwise/scale.js';
import { subtract } from './ops/elementwise/subtract.js';
import { matmul } from './ops/products/matmul.js';
import { mean } from './ops/reductions/mean.js';
import { sum } from './ops/reductions/sum.js';
import { flatten, reshape } from './ops/reshape.js';
import { backward } from './tape.js';

/** What can be written as a method of its first argument: `loss.backward()`, `a.add(b).relu()`. */
const METHODS = {
  add,
  subtract,
  multiply,
  divide,
  scale,
  sum,
  mean,
  reshape,
  flatten,
  matmul,
  relu,
  backward,
};

/** A function on a tensor, seen as a method of it. */
type Method<F> = F extends (self: Tensor, ...rest: infer Rest) => infer Result
  ? (...rest: Rest) => Result
  : never;

type TensorMethods = { [Name in keyof typeof METHODS]: Method<(typeof METHODS)[Name]> };

declare module '../tensor/tensor.js' {
  interface Tensor extends TensorMethods {}
}

for (const [name, op] of Object.entries(METHODS)) {
  Object.defineProperty(Tensor.prototype, name, {
    configurable: true,
    value(this: Tensor, ...rest: unknown[]) {
      return (op as (self: Tensor, ...rest: unknown[]) => unknown)(this, ...rest);
    },
  });
}
