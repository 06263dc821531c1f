// Functions of one number:   y = f(x)   dx = dy f'(x)

import { type Array64, map64 } from './array.js';

/** A function of one number, which takes up to two more that are the same for every element. */
interface Rule {
  readonly value: (x: number, first: number, second: number) => number;
  readonly slope: (x: number, first: number, second: number) => number;
}

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

/** s (1 - s), without the loss in 1 - s. */
const sigmoidSlope = (x: number): number => sigmoid(x) * sigmoid(-x);

/** The complementary error function: its power series about 0, and further out its continued fraction. */
function erfc(x: number): number {
  if (x < 0) return 2 - erfc(-x);
  if (x > 2.5) {
    let fraction = 0;
    for (let k = 200; k > 0; k--) fraction = k / 2 / (x + fraction);
    return Math.exp(-x * x) / Math.sqrt(Math.PI) / (x + fraction);
  }
  let sum = 0;
  let term = x;
  for (let n = 0; n < 100; n++) {
    sum += term / (2 * n + 1);
    term *= (-x * x) / (n + 1);
  }
  return 1 - (2 / Math.sqrt(Math.PI)) * sum;
}

/** The probability that a normally distributed number is at most x, and its density. */
const normal = (x: number): number => erfc(-x / Math.SQRT2) / 2;
const density = (x: number): number => Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI);

const bent = (x: number): number => 2 * Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3);
const bentSlope = (x: number): number => 2 * Math.sqrt(2 / Math.PI) * (1 + 3 * 0.044715 * x ** 2);

export const functionRules = {
  abs: { value: Math.abs, slope: Math.sign },
  clamp: {
    value: (x, least, most) => Math.min(Math.max(x, least), most),
    slope: (x, least, most) => (x >= least && x <= most ? 1 : 0),
  },
  exp: { value: Math.exp, slope: Math.exp },
  gelu: { value: (x) => x * normal(x), slope: (x) => normal(x) + x * density(x) },
  geluByTanh: {
    value: (x) => x * sigmoid(bent(x)),
    slope: (x) => sigmoid(bent(x)) + x * sigmoidSlope(bent(x)) * bentSlope(x),
  },
  leakyRelu: {
    value: (x, negativeSlope) => (x > 0 ? x : negativeSlope * x),
    slope: (x, negativeSlope) => (x > 0 ? 1 : negativeSlope),
  },
  log: { value: Math.log, slope: (x) => 1 / x },
  logSigmoid: {
    value: (x) => Math.min(x, 0) - Math.log1p(Math.exp(-Math.abs(x))),
    slope: (x) => sigmoid(-x),
  },
  neg: { value: (x) => -x, slope: () => -1 },
  pow: {
    value: (x, exponent) => x ** exponent,
    slope: (x, exponent) => exponent * x ** (exponent - 1),
  },
  sigmoid: { value: sigmoid, slope: sigmoidSlope },
  silu: { value: (x) => x * sigmoid(x), slope: (x) => sigmoid(x) + x * sigmoidSlope(x) },
  sqrt: { value: Math.sqrt, slope: (x) => 0.5 / Math.sqrt(x) },
  tanh: { value: Math.tanh, slope: (x) => 4 * sigmoidSlope(2 * x) },
} as const satisfies Record<string, Rule>;

export type FunctionName = keyof typeof functionRules;

/** What a function takes besides. */
export type Numbers = readonly number[];

export function functionOf(
  name: FunctionName,
  input: Array64,
  [first = 0, second = 0]: Numbers = [],
): Array64 {
  const { value }: Rule = functionRules[name];
  return map64(input, (x) => value(x, first, second));
}

export function functionBackward(
  name: FunctionName,
  dOutput: Array64,
  input: Array64,
  [first = 0, second = 0]: Numbers = [],
): Array64 {
  const { slope }: Rule = functionRules[name];
  return map64(dOutput, (dy, i) => dy * slope(input.data[i], first, second));
}
