/** The common ops as methods of their first argument: `a.add(b).relu()`, `loss.backward()`. */
import type { MatmulOptions } from '../kernels/products/matrix-product.js';
import type { Shape } from '../tensor/shape.js';
import { Tensor } from '../tensor/tensor.js';
import { cast } from './ops/cast.js';
import { clone } from './ops/clone.js';
import { detach } from './ops/detach.js';
import { add } from './ops/elementwise/add.js';
import { eq, ge, gt, le, lt, ne } from './ops/elementwise/compare.js';
import { divide } from './ops/elementwise/divide.js';
import { abs, clamp, exp, log, neg, pow, sigmoid, sqrt, tanh } from './ops/elementwise/functions.js';
import { maximum, minimum } from './ops/elementwise/maximum.js';
import { multiply } from './ops/elementwise/multiply.js';
import { relu } from './ops/elementwise/relu.js';
import { scale } from './ops/elementwise/scale.js';
import { subtract } from './ops/elementwise/subtract.js';
import { gather, indexSelect } from './ops/indexing/gather.js';
import { type TopkOptions, topk } from './ops/indexing/top-k.js';
import { expand } from './ops/layout/expand.js';
import { permute, transpose } from './ops/layout/permute.js';
import { flatten, reshape, squeeze, unsqueeze } from './ops/layout/reshape.js';
import { type SliceOptions, slice } from './ops/layout/slice.js';
import { matmul } from './ops/products/matmul.js';
import { argmax, type Extremum, type ExtremumOptions, max, min } from './ops/reductions/extremum.js';
import { mean } from './ops/reductions/mean.js';
import { logSoftmax, softmax } from './ops/reductions/softmax.js';
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
    /** |this|, elementwise. See {@link abs}. */
    abs(): Tensor;
    /** this, but at least `min` and at most `max`. See {@link clamp}. */
    clamp(min?: number, max?: number): Tensor;
    /** e^this, elementwise. See {@link exp}. */
    exp(): Tensor;
    /** ln this, elementwise. See {@link log}. */
    log(): Tensor;
    /** -this. See {@link neg}. */
    neg(): Tensor;
    /** this^exponent, elementwise. See {@link pow}. */
    pow(exponent: number): Tensor;
    /** 1 / (1 + e^-this), elementwise. See {@link sigmoid}. */
    sigmoid(): Tensor;
    /** The root of each element. See {@link sqrt}. */
    sqrt(): Tensor;
    /** The hyperbolic tangent of each element. See {@link tanh}. */
    tanh(): Tensor;
    /** Shares that add up to 1 along an axis. See {@link softmax}. */
    softmax(axis?: number): Tensor;
    /** The logarithms of these shares. See {@link logSoftmax}. */
    logSoftmax(axis?: number): Tensor;
    /** The axes in another order. See {@link permute}. */
    permute(axes: readonly number[]): Tensor;
    /** Two axes in each other's place. See {@link transpose}. */
    transpose(axis0: number, axis1: number): Tensor;
    /** A part along one axis. See {@link slice}. */
    slice(options?: SliceOptions): Tensor;
    /** Without an axis of length 1, or all of them. See {@link squeeze}. */
    squeeze(axis?: number): Tensor;
    /** With another axis of length 1. See {@link unsqueeze}. */
    unsqueeze(axis: number): Tensor;
    /** Repeated along axes of length 1, or before all of its own. See {@link expand}. */
    expand(shape: Shape): Tensor;
    /** The same elements in memory of their own. See {@link clone}. */
    clone(): Tensor;
    /** The same elements, with no way back to what they were made of. See {@link detach}. */
    detach(): Tensor;
    /** 1 where this = b, elementwise, else 0, as u32. See {@link eq}. */
    eq(b: Tensor | number): Tensor;
    /** 1 where this and b differ, elementwise, else 0, as u32. See {@link ne}. */
    ne(b: Tensor | number): Tensor;
    /** 1 where this < b, elementwise, else 0, as u32. See {@link lt}. */
    lt(b: Tensor | number): Tensor;
    /** 1 where this <= b, elementwise, else 0, as u32. See {@link le}. */
    le(b: Tensor | number): Tensor;
    /** 1 where this > b, elementwise, else 0, as u32. See {@link gt}. */
    gt(b: Tensor | number): Tensor;
    /** 1 where this >= b, elementwise, else 0, as u32. See {@link ge}. */
    ge(b: Tensor | number): Tensor;
    /** The larger of this and b, elementwise. See {@link maximum}. */
    maximum(b: Tensor): Tensor;
    /** The smaller of this and b, elementwise. See {@link minimum}. */
    minimum(b: Tensor): Tensor;
    /** The largest numbers along an axis, and where they are. See {@link max}. */
    max(axis: number, options?: ExtremumOptions): Extremum;
    /** The smallest numbers along an axis, and where they are. See {@link min}. */
    min(axis: number, options?: ExtremumOptions): Extremum;
    /** Where along an axis the largest number is, as u32. See {@link argmax}. */
    argmax(axis: number, options?: ExtremumOptions): Tensor;
    /** The k largest numbers along an axis, and where they are. See {@link topk}. */
    topk(k: number, options?: TopkOptions): Extremum;
    /** The elements along an axis that the indices name. See {@link gather}. */
    gather(axis: number, index: Tensor): Tensor;
    /** Whole slices along an axis, those that the indices name. See {@link indexSelect}. */
    indexSelect(axis: number, index: Tensor): Tensor;
    /** The same numbers as another type. See {@link cast}. */
    cast(dtype: 'f32' | 'f16'): Tensor;
    /** Add the gradient of this tensor at each leaf that it depends on to the leaf's `grad`. See {@link backward}. */
    backward(options?: BackwardOptions): void;
  }
}

/** The op behind a method: the tensor comes first, then what the method takes. */
type Op<Name extends keyof Tensor> = Tensor[Name] extends (...rest: infer Rest) => infer Result
  ? (tensor: Tensor, ...rest: Rest) => Result
  : never;

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
  abs,
  clamp,
  exp,
  log,
  neg,
  pow,
  sigmoid,
  sqrt,
  tanh,
  softmax,
  logSoftmax,
  permute,
  transpose,
  slice,
  squeeze,
  unsqueeze,
  expand,
  clone,
  detach,
  eq,
  ne,
  lt,
  le,
  gt,
  ge,
  maximum,
  minimum,
  max,
  min,
  argmax,
  topk,
  gather,
  indexSelect,
  cast,
  backward,
} satisfies { [Name in keyof Tensor]?: Op<Name> };

for (const [name, op] of Object.entries<(tensor: Tensor, ...rest: never[]) => unknown>(METHODS)) {
  Object.assign(Tensor.prototype, {
    [name](this: Tensor, ...rest: never[]) {
      return op(this, ...rest);
    },
  });
}
