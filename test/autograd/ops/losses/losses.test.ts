import { describe, expect, it } from 'vitest';
import { bceWithLogits } from '../../../../src/autograd/ops/losses/bce-with-logits.js';
import { mseLoss } from '../../../../src/autograd/ops/losses/mse-loss.js';
import { backward } from '../../../../src/autograd/tape.js';
import { from, full, zeros } from '../../../../src/tensor/create.js';
import { array64, map64 } from '../../../reference/array.js';
import { random64 } from '../../../reference/random.js';
import { useDevice } from '../../../support/device.js';
import { expectGradients, expectOp, upload } from '../../../support/expect-op.js';

const gpu = useDevice();

/** The loss of an element, and its derivatives by the number and by the target. */
const LOSSES = {
  mseLoss: {
    op: mseLoss,
    value: (x: number, t: number) => (x - t) ** 2,
    byX: (x: number, t: number) => 2 * (x - t),
    byTarget: (x: number, t: number) => 2 * (t - x),
  },
  bceWithLogits: {
    op: bceWithLogits,
    value: (x: number, t: number) => Math.max(x, 0) - x * t + Math.log1p(Math.exp(-Math.abs(x))),
    byX: (x: number, t: number) => 1 / (1 + Math.exp(-x)) - t,
    byTarget: (x: number) => -x,
  },
} as const;

describe.each(Object.entries(LOSSES))('%s', (_, { op, value, byX, byTarget }) => {
  const x = random64([5, 7], 1, 3);
  const target = map64(random64([5, 7], 2), (number) => Math.abs(number) / 4);
  const each = (f: (x: number, t: number) => number, factor = 1) =>
    map64(x, (number, i) => factor * f(number, target.data[i]));
  const total = each(value).data.reduce((sum, loss) => sum + loss, 0);

  it.each([
    ['mean', 1 / 35],
    ['sum', 1],
  ] as const)('agrees with the definition, the %s', async (reduction, factor) => {
    await expectOp(gpu.device, (a, b) => op(a, b, { reduction }), {
      inputs: [x, target],
      output: array64([], [factor * total]),
      dOutput: array64([], [1]),
      gradients: [each(byX, factor), each(byTarget, factor)],
    });
  });

  it('agrees with the definition, element by element', async () => {
    const dOutput = map64(x, () => 1);
    const expected = {
      inputs: [x, target],
      output: each(value),
      dOutput,
      gradients: [each(byX), each(byTarget)],
    };
    await expectOp(gpu.device, (a, b) => op(a, b, { reduction: 'none' }), expected);
  });

  it('agrees with finite differences', async () => {
    await expectGradients(
      (a, b) => op(a, b),
      [upload(gpu.device, random64([6], 3)), upload(gpu.device, random64([6], 4))],
    );
  });

  it('refuses other shapes, and options that there are not', () => {
    const [a, b] = [zeros(gpu.device, [2, 3]), zeros(gpu.device, [3])];
    expect(() => op(a, b)).toThrow('shapes [2, 3] and [3] differ');
    expect(() => op(a, a, { reduction: 'max' as never })).toThrow(
      "reduction is 'max'; it must be 'mean' or 'sum' or 'none'",
    );
  });
});

it('bceWithLogits neither overflows nor loses what a sigmoid is short of 1 by', async () => {
  const logits = from(gpu.device, [200, -200, 20, -20]);
  logits.requiresGrad = true;
  const losses = bceWithLogits(logits, from(gpu.device, [1, 0, 1, 1]), { reduction: 'none' });
  const values = await losses.toArray();
  expect([...values.slice(0, 2)]).toEqual([0, 0]);
  expect(values[2]! / Math.log1p(Math.exp(-20))).toBeCloseTo(1, 5);
  expect(values[3]).toBeCloseTo(20, 4);
  backward(losses, { gradient: from(gpu.device, [1, 1, 1, 1]) });
  expect([...(await logits.grad!.toArray())].every(Number.isFinite)).toBe(true);
});

it.each([
  [0, 1],
  [1, -1],
])(
  'bceWithLogits: of a target of %d the gradient is exact where the sigmoid is all but that',
  async (t, sign) => {
    const logits = from(
      gpu.device,
      [2, 5, 17, 20, 60].map((x) => -sign * x),
    );
    logits.requiresGrad = true;
    const losses = bceWithLogits(logits, full(gpu.device, [5], t), { reduction: 'none' });
    backward(losses, { gradient: full(gpu.device, [5], 1) });
    const gradient = [...(await logits.grad!.toArray())];
    for (const [i, x] of [2, 5, 17, 20, 60].entries())
      expect((gradient[i] as number) * sign * (1 + Math.exp(x))).toBeCloseTo(1, 5);
  },
);

it.each([
  [2, 0.25, 1],
  [-2, 1, -1],
  [-2, 0.75, -1],
  [Number.POSITIVE_INFINITY, 0, 1],
  [Number.NEGATIVE_INFINITY, 1, -1],
])('bceWithLogits: an infinite gradient goes on where PyTorch puts it, for %d and %d', async (x, t, sign) => {
  const logits = from(gpu.device, [x]);
  logits.requiresGrad = true;
  const losses = bceWithLogits(logits, from(gpu.device, [t]), { reduction: 'none' });
  backward(losses, { gradient: from(gpu.device, [Number.POSITIVE_INFINITY]) });
  expect([...(await logits.grad!.toArray())]).toEqual([sign * Number.POSITIVE_INFINITY]);
});
