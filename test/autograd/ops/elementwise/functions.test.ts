import { describe, expect, it } from 'vitest';
import {
  abs,
  clamp,
  exp,
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
} from '../../../../src/autograd/ops/elementwise/functions.js';
import { multiply } from '../../../../src/autograd/ops/elementwise/multiply.js';
import { backward } from '../../../../src/autograd/tape.js';
import { from, full } from '../../../../src/tensor/create.js';
import type { Tensor } from '../../../../src/tensor/tensor.js';
import { fixtureCases } from '../../../fixtures/index.js';
import { type Array64, array64, map64 } from '../../../reference/array.js';
import {
  type FunctionName,
  functionBackward,
  functionOf,
  functionRules,
  type Numbers,
} from '../../../reference/functions.js';
import { random64 } from '../../../reference/random.js';
import { useDevice } from '../../../support/device.js';
import { expectGradients, expectOp, upload } from '../../../support/expect-op.js';

const gpu = useDevice();

const OPS: Readonly<Record<FunctionName, (x: Tensor, ...numbers: number[]) => Tensor>> = {
  abs,
  clamp,
  exp,
  gelu: (x) => gelu(x),
  geluByTanh: (x) => gelu(x, { approximate: 'tanh' }),
  leakyRelu,
  log,
  logSigmoid,
  neg,
  pow: (x, exponent) => pow(x, exponent!),
  sigmoid,
  silu,
  sqrt,
  tanh,
};

const NUMBERS: Partial<Record<FunctionName, readonly Numbers[]>> = {
  clamp: [[-0.25, 0.75]],
  leakyRelu: [[0.01], [-1.5]],
  pow: [[2], [-3], [0.5], [2.5], [0], [33], [-1.25]],
};

/** For what is defined above 0 only. */
const ABOVE_ZERO: readonly FunctionName[] = ['log', 'pow', 'sqrt'];

const inputFor = (name: FunctionName, shape: readonly number[]): Array64 => {
  const x = random64(shape, 1);
  return ABOVE_ZERO.includes(name) ? map64(x, (value) => Math.fround(Math.abs(value) + 0.25)) : x;
};

const CASES = (Object.keys(OPS) as FunctionName[]).flatMap((name) =>
  (NUMBERS[name] ?? [[]]).map((numbers) => ({ name, numbers })),
);

describe.each(CASES)('$name with $numbers', ({ name, numbers }) => {
  const op = (x: Tensor) => OPS[name](x, ...numbers);

  it.each([[[7, 5, 3]], [[]], [[0, 4]]])('agrees with the reference, of shape %j', async (shape) => {
    const input = inputFor(name, shape);
    const dOutput = random64(shape, 2);
    await expectOp(gpu.device, op, {
      inputs: [input],
      output: functionOf(name, input, numbers),
      dOutput,
      gradients: [functionBackward(name, dOutput, input, numbers)],
    });
  });
});

// Too steep a function is no straight line over as much as a step.
it.each(CASES.filter(({ numbers }) => numbers.every((number) => number < 10)))(
  '$name with $numbers agrees with finite differences',
  async ({ name, numbers }) => {
    const x = upload(gpu.device, inputFor(name, [3, 4]));
    await expectGradients((input) => OPS[name](input, ...numbers), [x]);
  },
);

it.each(fixtureCases('functions'))('agree with PyTorch: $name', async (fixture) => {
  const { inputs, outputs, gradients, options } = fixture;
  await expectOp(gpu.device, (x) => OPS[options.function](x, ...options.numbers), {
    inputs: [inputs.input],
    output: outputs.output,
    dOutput: inputs.dOutput,
    gradients: [gradients.dInput],
  });
});

/** The distance of neighbouring numbers of single precision about a value. */
const unitInLastPlace = (value: number): number => 2 ** (Math.floor(Math.log2(Math.abs(value))) - 23);

/** How far results are off at the most, in units in the last place, over a range of numbers. */
async function worstOf(name: FunctionName, from_: number, to: number, numbers: Numbers): Promise<number[]> {
  const count = 20_000;
  const x = array64(
    [count],
    Float32Array.from({ length: count }, (_, i) => from_ + ((to - from_) * (i + 0.5)) / count),
  );
  const tensor = upload(gpu.device, x);
  tensor.requiresGrad = true;
  const y = OPS[name](tensor, ...numbers);
  backward(y, { gradient: full(gpu.device, [count], 1) });
  const ones = map64(x, () => 1);
  const pairs = [
    [y, functionOf(name, x, numbers)],
    [tensor.grad!, functionBackward(name, ones, x, numbers)],
  ] as const;
  return Promise.all(
    pairs.map(async ([actual, { data }]) => {
      const values = await actual.toArray();
      return data.reduce(
        (worst, right, i) => Math.max(worst, Math.abs(values[i]! - right) / unitInLastPlace(right)),
        0,
      );
    }),
  );
}

it.each<[FunctionName, number, number, Numbers, number]>([
  ['exp', -87, 88, [], 2],
  ['log', 0.5, 2, [], 2],
  ['log', 1e-30, 1e-20, [], 2],
  ['log', 1, 1e6, [], 2],
  ['sqrt', 1e-3, 1e6, [], 4],
  ['sigmoid', -80, 80, [], 8],
  ['tanh', -40, 40, [], 8],
  ['tanh', -0.7, 0.7, [], 8],
  ['logSigmoid', -80, 80, [], 8],
  ['pow', 0.01, 10, [3], 2],
  ['pow', 0.01, 10, [2.5], 16],
])(
  '%s from %d to %d, with %j, is off by few units in the last place',
  async (name, low, high, numbers, most) => {
    for (const worst of await worstOf(name, low, high, numbers)) expect(worst).toBeLessThan(most);
  },
);

it('have a slope where their value is rounded to 1', async () => {
  for (const [op, x, slope] of [
    [sigmoid, 20, functionRules.sigmoid.slope(20)],
    [tanh, 12, functionRules.tanh.slope(12)],
  ] as const) {
    const tensor = from(gpu.device, [x]);
    tensor.requiresGrad = true;
    backward(op(tensor), { gradient: from(gpu.device, [1]) });
    expect((await tensor.grad!.toArray())[0]! / slope).toBeCloseTo(1, 5);
  }
});

it('log has the gradient dy / x, also where 1 / x is infinite', async () => {
  const x = from(gpu.device, [2 ** -127, 4]);
  // WGSL lets a driver take numbers below 2^-126 for 0, and 0 / 0 is NaN.
  const [kept] = await multiply(x, from(gpu.device, [1, 1])).toArray();
  x.requiresGrad = true;
  backward(log(x), { gradient: from(gpu.device, [0, 2]) });
  expect([...(await x.grad!.toArray())]).toEqual([kept === 0 ? Number.NaN : 0, 0.5]);
});

describe('pow', () => {
  const BASES = [-2, -1, -1 + 2 ** -24, -1 - 2 ** -23, -0.5, 0.5, 1 - 2 ** -24, 1, 1 + 2 ** -23, 3].concat(
    [0, -0, Infinity, -Infinity, Number.NaN], // what it does at the ends
  );
  /** Below 2^-126 a driver may make it 0: see below. */
  const nearly = (actual: number, right: number) =>
    Object.is(actual, right) ||
    Math.abs(actual - right) <= 16 * unitInLastPlace(right) ||
    (Math.abs(right) < 2 ** -126 && actual === 0);

  // Single precision has no odd numbers beyond 2^24, none between these and their neighbours, and none beyond 2^128.
  it.each([
    ...[2 ** 24 - 1, 2 ** 24, 2 ** 24 + 1, 2 ** 24 + 2, 2 ** 24 + 1.5, 2 ** 23 + 0.5, 2 ** 25 - 1],
    ...[2 ** 31 + 1, Number.MAX_SAFE_INTEGER, 1e10, 1e30, 3.4e38, 34.1, 87.3],
  ])('to the power of %d is what it is in double precision', async (size) => {
    const x = from(gpu.device, BASES);
    for (const exponent of [size, -size]) {
      x.grad = null;
      x.requiresGrad = true;
      const y = pow(x, exponent);
      backward(y, { gradient: full(gpu.device, [BASES.length], 1) });
      const [values, slopes] = await Promise.all([y.toArray(), x.grad!.toArray()]);
      const right = BASES.map((base) => Math.fround(base ** exponent));
      const rightSlopes = BASES.map((base) =>
        Math.fround(Math.fround(exponent) * Math.fround(base ** (exponent - 1))),
      );
      expect(BASES.filter((_, index) => !nearly(values[index]!, right[index]!))).toEqual([]);
      expect(BASES.filter((_, index) => !nearly(slopes[index]!, rightSlopes[index]!))).toEqual([]);
    }
  });

  it.each([
    [1e39, [0, 1, Infinity]],
    [-1e39, [Infinity, 1, 0]],
    [1e-46, [1, 1, 1]],
  ])('to the power of %d, which single precision has not, is what it is', async (exponent, right) => {
    expect([...(await pow(from(gpu.device, [0.5, 1, 2]), exponent).toArray())]).toEqual(right);
    // Whole beyond 2^53, and even; not whole where it is next to 0.
    const [below, zero] = await pow(from(gpu.device, [-1, 0]), exponent).toArray();
    expect([below, zero]).toEqual(exponent === 1e-46 ? [Number.NaN, 0] : [1, 0 ** exponent]);
  });

  it('may be a subnormal number', async () => {
    // Which WGSL lets a driver take for 0.
    const [kept] = await multiply(from(gpu.device, [2 ** -100]), from(gpu.device, [2 ** -30])).toArray();
    const x = from(gpu.device, [0.5, 0.25]);
    for (const exponent of [133, 66.25, 140.75]) {
      const values = await pow(x, exponent).toArray();
      const right = [0.5, 0.25]
        .map((base) => base ** exponent)
        .map((power) => (kept === 0 && power < 2 ** -126 ? 0 : power));
      for (const [index, value] of values.entries())
        expect(Math.abs(value - right[index]!)).toBeLessThanOrEqual(
          Math.max(2 ** -149, right[index]! * 2 ** -19),
        );
    }
  });
});

it('refuse what they cannot be asked for', () => {
  const x = from(gpu.device, [1]);
  expect(() => clamp(x)).toThrow('clamp: min is undefined, and so is max; give one of them at least');
  expect(() => clamp(x, Number.NaN)).toThrow('clamp: min is NaN; it must be a number other than NaN');
  expect(() => pow(x, Number.POSITIVE_INFINITY)).toThrow('pow: exponent is Infinity; it must be finite');
  expect(() => pow(x, '2' as never)).toThrow("pow: exponent is '2'; it must be a number");
  expect(() => gelu(x, { approximate: 'erf' as never })).toThrow(
    "approximate is 'erf'; it must be 'none' or 'tanh'",
  );
  expect(() => exp(from(gpu.device, [1], 'u32'))).toThrow('exp: x [1] has elements of type u32');
});
