/** Functions of one number, of every element of a tensor; of any shape, f32 or f16. Each is y = f(x), and dx = dy f'(x). */
import { checkArgument, checkOptions, type Rules } from '../../../errors/check-options.js';
import { ArgumentError } from '../../../errors/errors.js';
import { anyNumber, number, oneOf, rule } from '../../../errors/rules.js';
import { checkFloats } from '../../../kernels/check.js';
import { powerNumbers } from '../../../kernels/elementwise/power.js';
import {
  type Numbers,
  type UnaryFunction,
  unary,
  unaryGradient,
} from '../../../kernels/elementwise/unary.js';
import type { Tensor } from '../../../tensor/tensor.js';
import { putOnTape } from '../../tape.js';
import { scale } from './scale.js';

/** @param slopes what the derivative takes besides, where that differs */
function apply(
  op: string,
  x: Tensor,
  name: UnaryFunction,
  numbers: Numbers = {},
  slopes: Numbers = numbers,
): Tensor {
  checkFloats(op, 'x', x);
  return putOnTape(op, unary(name, x, numbers), [x], (dy) => [unaryGradient(name, x, dy, slopes)], {
    reads: [x],
  });
}

/** y = |x|; at 0 the gradient is 0. */
export const abs = (x: Tensor): Tensor => apply('abs', x, 'abs');

/** y = e^x. */
export const exp = (x: Tensor): Tensor => apply('exp', x, 'exp');

/** y = ln x: -Infinity at 0, NaN below. */
export const log = (x: Tensor): Tensor => apply('log', x, 'log');

/** y = sqrt(x): NaN below 0. */
export const sqrt = (x: Tensor): Tensor => apply('sqrt', x, 'sqrt');

/** y = -x. */
export function neg(x: Tensor): Tensor {
  checkFloats('neg', 'x', x);
  return scale(x, -1);
}

/** y = 1 / (1 + e^-x). */
export const sigmoid = (x: Tensor): Tensor => apply('sigmoid', x, 'sigmoid');

/** y = log(1 / (1 + e^-x)): the logarithm of `sigmoid`, of which nothing is lost where that is rounded to 0 or 1. */
export const logSigmoid = (x: Tensor): Tensor => apply('logSigmoid', x, 'logSigmoid');

/** y = tanh x. */
export const tanh = (x: Tensor): Tensor => apply('tanh', x, 'tanh');

/** y = x sigmoid(x), also called swish (Elfwing, Uchibe & Doya 2017; Ramachandran, Zoph & Le 2017). */
export const silu = (x: Tensor): Tensor => apply('silu', x, 'silu');

/** How a GELU is computed. */
export interface GeluOptions {
  /** By a tanh, as in the first implementations, or (default) as it is defined. */
  approximate?: 'none' | 'tanh';
}

export const GELU_RULES: Rules<GeluOptions> = { approximate: oneOf('none', 'tanh') };

/**
 * y = x P(X <= x), where X is normally distributed (Hendrycks & Gimpel, "Gaussian Error Linear Units", 2016).
 * @throws ArgumentError when x is of integers, or for options that there are not
 */
export function gelu(x: Tensor, options: GeluOptions = {}): Tensor {
  checkOptions('gelu', options, GELU_RULES);
  return apply('gelu', x, options.approximate === 'tanh' ? 'geluByTanh' : 'gelu');
}

/**
 * y = x above 0, else negativeSlope x (default 0.01); at 0 the gradient is that of below. Maas, Hannun & Ng (2013).
 * @throws ArgumentError when x is of integers, or the slope is no number
 */
export function leakyRelu(x: Tensor, negativeSlope = 0.01): Tensor {
  checkArgument('leakyRelu', 'negativeSlope', negativeSlope, anyNumber);
  return apply('leakyRelu', x, 'leakyRelu', { first: negativeSlope });
}

/** An infinite one is none. */
const bound = rule(
  'be a number other than NaN',
  (value) => typeof value === 'number' && !Number.isNaN(value),
);

/**
 * y = x, but at least `min` and at most `max`; the gradient is 0 where x lies outside. One of the two may be left out (undefined).
 * @throws ArgumentError when x is of integers, neither is a number, or one is NaN
 */
export function clamp(x: Tensor, min?: number, max?: number): Tensor {
  if (min === undefined && max === undefined) {
    throw new ArgumentError('clamp', 'min', 'is undefined, and so is max', 'give one of them at least');
  }
  if (min !== undefined) checkArgument('clamp', 'min', min, bound);
  if (max !== undefined) checkArgument('clamp', 'max', max, bound);
  return apply('clamp', x, 'clamp', {
    first: min ?? Number.NEGATIVE_INFINITY,
    second: max ?? Number.POSITIVE_INFINITY,
  });
}

/**
 * y = x^exponent, for a number that is the same for every element: of x below 0 NaN unless the exponent is whole, as C's pow. The
 * exponent counts in double precision: -1 to the power of 2^24 + 1 is -1.
 * @throws ArgumentError when x is of integers, or the exponent no finite number
 */
export function pow(x: Tensor, exponent: number): Tensor {
  checkArgument('pow', 'exponent', exponent, number());
  return apply('pow', x, 'pow', powerNumbers(exponent), powerNumbers(exponent - 1, exponent));
}
