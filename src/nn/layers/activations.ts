/** The functions of `ops/elementwise/functions.ts` and softmax as layers, for a `Sequential`. ReLU has a file of its own. */
import {
  GELU_RULES,
  type GeluOptions,
  gelu,
  leakyRelu,
  sigmoid,
  silu,
  tanh,
} from '../../autograd/ops/elementwise/functions.js';
import { logSoftmax, softmax } from '../../autograd/ops/reductions/softmax.js';
import { checkArgument, checkOptions } from '../../errors/check-options.js';
import { anyNumber, anyWhole } from '../../errors/rules.js';
import type { Tensor } from '../../tensor/tensor.js';
import { Module } from '../module.js';

/** 1 / (1 + e^-x), elementwise; of any shape. */
export class Sigmoid extends Module {
  forward(x: Tensor): Tensor {
    return this.attempt(() => sigmoid(x));
  }
}

/** The hyperbolic tangent, elementwise; of any shape. */
export class Tanh extends Module {
  forward(x: Tensor): Tensor {
    return this.attempt(() => tanh(x));
  }
}

/** x sigmoid(x), elementwise; of any shape. */
export class SiLU extends Module {
  forward(x: Tensor): Tensor {
    return this.attempt(() => silu(x));
  }
}

/** x times the probability that a normally distributed number is at most x, elementwise; of any shape. */
export class GELU extends Module {
  /** @throws ArgumentError for options that there are not */
  constructor(readonly options: GeluOptions = {}) {
    super();
    checkOptions('GELU', options, GELU_RULES);
  }

  forward(x: Tensor): Tensor {
    return this.attempt(() => gelu(x, this.options));
  }
}

/** x above 0, else `negativeSlope` x, elementwise; of any shape. */
export class LeakyReLU extends Module {
  /** @throws ArgumentError when the slope is no number */
  constructor(readonly negativeSlope = 0.01) {
    super();
    checkArgument('LeakyReLU', 'negativeSlope', negativeSlope, anyNumber);
  }

  forward(x: Tensor): Tensor {
    return this.attempt(() => leakyRelu(x, this.negativeSlope));
  }
}

/** Shares that add up to 1 along an axis (default: the last one); of any shape that has it. */
export class Softmax extends Module {
  /** @throws ArgumentError when the axis is not a whole number */
  constructor(readonly axis = -1) {
    super();
    checkArgument('Softmax', 'axis', axis, anyWhole);
  }

  forward(x: Tensor): Tensor {
    return this.attempt(() => softmax(x, this.axis));
  }
}

/** The logarithms of the shares of `Softmax`. */
export class LogSoftmax extends Module {
  /** @throws ArgumentError when the axis is not a whole number */
  constructor(readonly axis = -1) {
    super();
    checkArgument('LogSoftmax', 'axis', axis, anyWhole);
  }

  forward(x: Tensor): Tensor {
    return this.attempt(() => logSoftmax(x, this.axis));
  }
}
