/** The common ops as methods of their first argument: `a.add(b).relu()`, `loss.backward()`. */
import type { MatmulOptions } from '../kernels/products/matrix-product.js';
import type { Shape } from '../tensor/shape.js';
import { Tensor } from '../tensor/tensor.js';
import { add } from './ops/elementwise/add.js';
import { divide } from './ops/elementwise/divide.js';
import { multiply } from './ops/elementwise/multiply.js';
import { relu } from './ops/elementwise/relu.js';
import { scale } from './ops/elementwise/scale.js';
import { subtract } from './ops/elementwise/subtract.js';
import { flatten, reshape } from './ops/layout/reshape.js';
import { matmul } from './ops/products/matmul.js';
import { mean } from './ops/reductions/mean.js';
import { type ReduceOptions, sum } from './ops/reductions/sum.js';
import { type BackwardOptions, backward } from './tape.js';

// Tensors know nothing of differentiation, which lies a floor above them: so this file adds to their class from outside.
declare module '../tensor/tensor.js' {
  interface Tensor {
    /** y = this + b, elementwise; shapes broadcast as in NumPy. See {@link add}. */
    add(b: Tensor | number): Tensor;
    /** y = this - b, elementwise; shapes broadcast as in NumPy. See {@link subtract}. */
    subtract(b: Tensor | number): Tensor;
    /** y = this * b, elementwise; shapes broadcast as in NumPy. See {@link multiply}. */
    multiply(b: Tensor | number): Tensor;
    /** y = this / b, elementwise; shapes broadcast as in NumPy. See {@link divide}. */
    divide(b: Tensor | number): Tensor;
    /** y = factor * this, elementwise. See {@link scale}. */
    scale(factor: number): Tensor;
    /** The sum over `axes` (default: all). See {@link sum}. */
    sum(options?: ReduceOptions): Tensor;
    /** The mean over `axes` (default: all). See {@link mean}. */
    mean(options?: ReduceOptions): Tensor;
    /** The same elements under another shape; one length may be -1, to be worked out from the others. See {@link reshape}. */
    reshape(shape: Shape): Tensor;
    /** One axis in place of `startAxis` (default 1) and all after it. See {@link flatten}. */
    flatten(startAxis?: number): Tensor;
    /** The product of two matrices, or of batches of them. See {@link matmul}. */
    matmul(b: Tensor, options?: MatmulOptions): Tensor;
    /** y = max(this, 0), elementwise. See {@link relu}. */
    relu(): Tensor;
    /** Add the gradient of this tensor at each leaf that it depends on to the leaf's `grad`. See {@link backward}. */
    backward(options?: BackwardOptions): void;
  }
}

Tensor.prototype.add = function (b) {
  return add(this, b);
};
Tensor.prototype.subtract = function (b) {
  return subtract(this, b);
};
Tensor.prototype.multiply = function (b) {
  return multiply(this, b);
};
Tensor.prototype.divide = function (b) {
  return divide(this, b);
};
Tensor.prototype.scale = function (factor) {
  return scale(this, factor);
};
Tensor.prototype.sum = function (options) {
  return sum(this, options);
};
Tensor.prototype.mean = function (options) {
  return mean(this, options);
};
Tensor.prototype.reshape = function (shape) {
  return reshape(this, shape);
};
Tensor.prototype.flatten = function (startAxis) {
  return flatten(this, startAxis);
};
Tensor.prototype.matmul = function (b, options) {
  return matmul(this, b, options);
};
Tensor.prototype.relu = function () {
  return relu(this);
};
Tensor.prototype.backward = function (options) {
  backward(this, options);
};
