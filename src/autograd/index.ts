/**
 * Reverse-mode differentiation: a tape, and one file for each op with its forward and backward side by side. Importing this
 * file also installs the common ops as methods of `Tensor`, so that `a.add(b).sum().backward()` works.
 */
export type { Backward } from './backward-pass.js';
export { type CustomOp, type CustomOpValues, customOp } from './custom-op.js';
export * from './gradcheck.js';

import './methods.js';

export type { OpCase, Values } from './op-test/case.js';
export { type OpTestOptions, opTest } from './op-test/op-test.js';
export { cast } from './ops/cast.js';
export { clone } from './ops/clone.js';
export { detach } from './ops/detach.js';
export { add } from './ops/elementwise/add.js';
export { eq, ge, gt, le, lt, ne } from './ops/elementwise/compare.js';
export { divide, divide as div } from './ops/elementwise/divide.js';
export { type DropoutOptions, dropout, dropout2d } from './ops/elementwise/dropout.js';
export {
  abs,
  clamp,
  exp,
  type GeluOptions,
  gelu,
  leakyRelu,
  log,
  logSigmoid,
  neg,
  pow,
  sigmoid,
  silu,
  sqrt,
  tanh,
} from './ops/elementwise/functions.js';
export { maximum, minimum } from './ops/elementwise/maximum.js';
export { multiply, multiply as mul } from './ops/elementwise/multiply.js';
export { relu } from './ops/elementwise/relu.js';
export { scale } from './ops/elementwise/scale.js';
export { subtract, subtract as sub } from './ops/elementwise/subtract.js';
export { where } from './ops/elementwise/where.js';
export { embedding, gather, indexSelect } from './ops/indexing/gather.js';
export { oneHot } from './ops/indexing/one-hot.js';
export { type TopkOptions, topk } from './ops/indexing/top-k.js';
export { concat, stack } from './ops/layout/concat.js';
export { expand } from './ops/layout/expand.js';
export { type Padding, pad } from './ops/layout/pad.js';
export { permute, transpose } from './ops/layout/permute.js';
export { flatten, reshape, squeeze, unsqueeze } from './ops/layout/reshape.js';
export { type SliceOptions, slice } from './ops/layout/slice.js';
export { bceWithLogits } from './ops/losses/bce-with-logits.js';
export {
  type CrossEntropy,
  type CrossEntropyOptions,
  crossEntropy,
  type LabelLossOptions,
} from './ops/losses/cross-entropy.js';
export { mseLoss } from './ops/losses/mse-loss.js';
export { nllLoss } from './ops/losses/nll-loss.js';
export type { LossOptions } from './ops/losses/reduction.js';
export { type BatchNorm2dOptions, batchNorm2d } from './ops/normalisation/batch-norm2d.js';
export { groupNorm } from './ops/normalisation/group-norm.js';
export { layerNorm } from './ops/normalisation/layer-norm.js';
export { type LocalResponseNormOptions, localResponseNorm } from './ops/normalisation/local-response-norm.js';
export type { RowNormOptions } from './ops/normalisation/row-norm.js';
export { adaptiveAvgPool2d, type OutputSize } from './ops/pools/adaptive-avg-pool2d.js';
export { type AvgPool2dOptions, avgPool2d } from './ops/pools/avg-pool2d.js';
export { globalAvgPool2d } from './ops/pools/global-avg-pool2d.js';
export { type InterpolateOptions, interpolate } from './ops/pools/interpolate.js';
export { maxPool2d } from './ops/pools/max-pool2d.js';
export { maxout } from './ops/pools/maxout.js';
export { type ConvTranspose2dOptions, convTranspose2d } from './ops/products/conv-transpose2d.js';
export { type Conv2dOptions, conv2d } from './ops/products/conv2d.js';
export type { ConvolutionOptions } from './ops/products/convolution-window.js';
export { linear } from './ops/products/linear.js';
export { type LocalConv2dOptions, localConv2d } from './ops/products/local-conv2d.js';
export { matmul } from './ops/products/matmul.js';
export { argmax, type Extremum, type ExtremumOptions, max, min } from './ops/reductions/extremum.js';
export { mean } from './ops/reductions/mean.js';
export { logSoftmax, softmax } from './ops/reductions/softmax.js';
export { type ReduceOptions, sum } from './ops/reductions/sum.js';
export {
  type BackwardOptions,
  backward,
  maskOf,
  noGrad,
  putOnTape,
  type TapeOptions,
} from './tape.js';
