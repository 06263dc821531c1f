/**
 * Reverse-mode differentiation: a tape, and one file for each op with its forward and backward side by side. Importing this
 * file also installs the common ops as methods of `Tensor`, so that `a.add(b).sum().backward()` works.
 */
export * from './gradcheck.js';

import './methods.js';

export { add } from './ops/add.js';
export { addBias } from './ops/add-bias.js';
export { type AvgPool2dOptions, avgPool2d } from './ops/avg-pool2d.js';
export { type BatchNorm2dOptions, batchNorm2d } from './ops/batch-norm2d.js';
export { type Conv2dOptions, conv2d } from './ops/conv2d.js';
export { type CrossEntropy, crossEntropy } from './ops/cross-entropy.js';
export { divide } from './ops/divide.js';
export { type DropoutOptions, dropout } from './ops/dropout.js';
export { globalAvgPool2d } from './ops/global-avg-pool2d.js';
export { linear } from './ops/linear.js';
export { type LocalConv2dOptions, localConv2d } from './ops/local-conv2d.js';
export { type LocalResponseNormOptions, localResponseNorm } from './ops/local-response-norm.js';
export { matmul } from './ops/matmul.js';
export { maxPool2d } from './ops/max-pool2d.js';
export { maxout } from './ops/maxout.js';
export { mean } from './ops/mean.js';
export { multiply } from './ops/multiply.js';
export { relu } from './ops/relu.js';
export { flatten, reshape } from './ops/reshape.js';
export { scale } from './ops/scale.js';
export { subtract } from './ops/subtract.js';
export { type ReduceOptions, sum } from './ops/sum.js';
export { type BackwardOptions, backward, noGrad } from './tape.js';
