// Every reference operation, for tests that want several: `import * as reference from './index.js'`.

export * from './adam.js';
export * from './array.js';
export * from './avg-pool2d.js';
export * from './batch-norm2d.js';
export * from './bias.js';
export * from './conv2d.js';
export * from './dropout.js';
export * from './elementwise.js';
export * from './functions.js';
export * from './global-avg-pool2d.js';
export * from './im2col.js';
export * from './linear.js';
export * from './local-conv2d.js';
export * from './local-response-norm.js';
export * from './matmul.js';
export * from './max-pool2d.js';
export * from './maxout.js';
export * from './pointwise.js';
export * from './pool-window.js';
export * from './random.js';
export * from './reduce.js';
export * from './relu.js';
export * from './row-norm.js';
export * from './schedules.js';
export * from './sgd.js';
export * from './softmax-cross-entropy.js';
