import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { add } from '../../../../src/autograd/ops/elementwise/add.js';
import { divide } from '../../../../src/autograd/ops/elementwise/divide.js';
import { multiply } from '../../../../src/autograd/ops/elementwise/multiply.js';
import { scale } from '../../../../src/autograd/ops/elementwise/scale.js';
import { subtract } from '../../../../src/autograd/ops/elementwise/subtract.js';
import { backward } from '../../../../src/autograd/tape.js';
import { from, full, zeros } from '../../../../src/tensor/create.js';
import type { Tensor } from '../../../../src/tensor/tensor.js';
import { fixtureCases } from '../../../fixtures/index.js';
import { type Array64, map64 } from '../../../reference/array.js';
import {
  broadcastShape,
  type ElementwiseOp,
  elementwise,
  elementwiseBackward,
} from '../../../reference/elementwise.js';
import { random64 } from '../../../reference/random.js';
import { useDevice } from '../../../support/device.js';
import { expectGradients, expectOp, upload } from '../../../support/expect-op.js';
import { broadcastCases, unbroadcastableCases } from '../../../support/shapes.js';

const ops = { add, subtract, multiply, divide } as const;
const names = Object.keys(ops) as (keyof typeof ops)[];

/** Between 0.5 and 1.5 in size: something to divide by. */
const awayFromZero = (array: Array64): Array64 =>
  map64(array, (value) => Math.fround(value + Math.sign(value) / 2));

function expected(op: ElementwiseOp, shapeA: readonly number[], shapeB: readonly number[], seed = 1) {
  const a = random64(shapeA, seed);
  const b = awayFromZero(random64(shapeB, seed + 1));
  const dOutput = random64(broadcastShape(shapeA, shapeB), seed + 2);
  const { dA, dB } = elementwiseBackward(op, dOutput, a, b);
  return { inputs: [a, b], output: elementwise(op, a, b), dOutput, gradients: [dA, dB] };
}

/** Two shapes that broadcast: one shape, and for each operand some of its axes made 1 and some outer ones left out. */
const broadcastable = fc
  .array(fc.tuple(fc.integer({ min: 1, max: 4 }), fc.constantFrom('both', 'both', 'a', 'b')), {
    maxLength: 7,
  })
  .chain((axes) => {
    const shape = (operand: string) =>
      axes.map(([length, owner]) => (owner === 'both' || owner === operand ? length : 1));
    return fc.tuple(fc.constant(shape('a')), fc.constant(shape('b')), fc.nat(axes.length));
  })
  .map(([a, b, dropped]) => [a, b.slice(dropped)] as const);

describe('elementwise ops', () => {
  const gpu = useDevice();

  describe.each(names)('%s', (name) => {
    it.each(broadcastCases)('agrees with the reference: $name', async ({ a, b }) => {
      await expectOp(gpu.device, ops[name], expected(name, a, b));
    });

    it('agrees with the reference for any shapes that broadcast', async () => {
      const property = fc.asyncProperty(broadcastable, fc.nat(1000), async ([a, b], seed) => {
        await expectOp(gpu.device, ops[name], expected(name, a, b, seed));
      });
      await fc.assert(property, { numRuns: 15, seed: 1 });
    });

    it('agrees with finite differences', async () => {
      const { inputs } = expected(name, [3, 1, 4], [2, 1]);
      await expectGradients(
        ops[name],
        inputs.map((input) => upload(gpu.device, input)),
      );
    });

    it('takes a number for b', async () => {
      const { inputs, output, dOutput, gradients } = expected(name, [5, 7], []);
      const [a, b] = inputs;
      const withNumber = (x: Tensor) => ops[name](x, b.data[0]);
      await expectOp(gpu.device, withNumber, { inputs: [a], output, dOutput, gradients: [gradients[0]] });
    });

    it.each(unbroadcastableCases)('refuses shapes that do not broadcast: $name', ({ a, b }) => {
      expect(() => ops[name](zeros(gpu.device, a), zeros(gpu.device, b))).toThrow(/do not broadcast/);
    });
  });

  it.each(fixtureCases('elementwise'))('agree with PyTorch: $name', async (fixture) => {
    const { inputs, outputs, gradients, options } = fixture;
    await expectOp(gpu.device, ops[options.function as keyof typeof ops], {
      inputs: [inputs.a, inputs.b],
      output: outputs.output,
      dOutput: inputs.dOutput,
      gradients: [gradients.dA, gradients.dB],
    });
  });

  it.each(fixtureCases('scale'))('scale agrees with PyTorch: $name', async (fixture) => {
    const { inputs, outputs, gradients, options } = fixture;
    await expectOp(gpu.device, (x) => scale(x, options.factor), {
      inputs: [inputs.input],
      output: outputs.output,
      dOutput: inputs.dOutput,
      gradients: [gradients.dInput],
    });
  });

  it('work on more elements than one row of workgroups has threads', async () => {
    const size = 65535 * 256 + 257;
    const x = full(gpu.device, [size], 1);
    x.requiresGrad = true;
    const values = await add(x, scale(x, 2)).toArray();
    expect(values.findIndex((value) => value !== 3)).toBe(-1);
  });

  it('add up the gradients of an operand that is used twice', async () => {
    const x = random64([4, 5], 7);
    await expectOp(gpu.device, (a) => add(multiply(a, a), subtract(a, a)), {
      inputs: [x],
      output: map64(x, (value) => value * value),
      dOutput: map64(x, () => 1),
      gradients: [map64(x, (value) => 2 * value)],
    });
  });

  it('leave operands that need no gradient without one', async () => {
    const a = from(gpu.device, [1, 2]);
    const b = from(gpu.device, [3, 4]);
    a.requiresGrad = true;
    backward(add(multiply(a, b), subtract(a, b)), { gradient: from(gpu.device, [1, 1]) });
    expect(await a.grad?.toArray()).toEqual(Float32Array.of(4, 5));
    expect(b.grad).toBeNull();
  });

  it('hold nothing on to what they use on the way', () => {
    const a = from(gpu.device, [[1, 2]]);
    const b = from(gpu.device, [[3], [4]]);
    const gradient = full(gpu.device, [2, 2], 1);
    a.requiresGrad = true;
    b.requiresGrad = true;
    const before = gpu.device.memory.used;
    for (const op of Object.values(ops)) {
      const y = op(a, b);
      backward(y, { gradient });
      for (const tensor of [y, a.grad, b.grad]) tensor?.dispose();
      a.grad = null;
      b.grad = null;
    }
    expect(gpu.device.memory.used).toBe(before);
  });

  it('work on tensors without elements', async () => {
    expect(await add(zeros(gpu.device, [0, 3]), zeros(gpu.device, [3])).toArray()).toEqual(
      new Float32Array(0),
    );
  });

  it('refuse labels, which are no floats', () => {
    expect(() => add(zeros(gpu.device, [2], 'u32'), 1)).toThrow(
      'add: a [2] has elements of type u32, expected f32',
    );
  });

  it('hold nothing on to where stretching takes several launches', () => {
    const [a, b] = [zeros(gpu.device, [2, 1, 2, 1, 2]), zeros(gpu.device, [1, 2, 1, 2, 1])];
    const before = gpu.device.memory.used;
    add(a, b).dispose();
    expect(gpu.device.memory.used).toBe(before);
  });
});
