import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { opTest } from '../../../../src/autograd/op-test/op-test.js';
import {
  type LocalResponseNormOptions,
  localResponseNorm,
} from '../../../../src/autograd/ops/normalisation/local-response-norm.js';
import { backward } from '../../../../src/autograd/tape.js';
import { full } from '../../../../src/tensor/create.js';
import type { Tensor } from '../../../../src/tensor/tensor.js';
import { fixtureCases } from '../../../fixtures/index.js';
import { type Array64, array64, map64 } from '../../../reference/array.js';
import * as reference from '../../../reference/local-response-norm.js';
import { random64 } from '../../../reference/random.js';
import { useDevice } from '../../../support/device.js';
import { whileGpu } from '../../../support/devices-like.js';
import { expectGradients, expectOp, upload } from '../../../support/expect-op.js';
import { responseNormCases } from '../../../support/shapes.js';

const normalised = (options: LocalResponseNormOptions) => (x: Tensor) => localResponseNorm(x, options);

describe('localResponseNorm', () => {
  const gpu = useDevice();
  const test = (input: Array64, norm: reference.ResponseNorm, op = normalised(norm)) =>
    opTest(op, [
      {
        inputs: [upload(gpu.device, input)],
        reference: (x) => reference.localResponseNorm(x, norm),
        gradients: (dy, x) => [reference.localResponseNormBackward(dy, x, norm)],
      },
    ]);

  it.each(responseNormCases)('agrees with the reference: $name', async ({ name: _, input, ...norm }) => {
    await test(random64(input, 1, 3), norm);
  });

  // More channels than a thread has and just as many, fewer than a window, and a window too wide to be known.
  it.each([
    [[2, 19, 5, 7], 4],
    [[3, 8, 6, 6], 4],
    [[2, 2, 4, 5], 4],
    [[2, 30, 3, 3], 14],
  ])('agrees with the reference on a GPU: %j, size %i', async (shape, size) => {
    const norm = { size, alpha: 2, beta: 0.75, k: 1 };
    await whileGpu(gpu.device, () => test(random64(shape, 1, 3), norm));
  });

  it('keeps what is not finite to the windows that hold it, on a GPU', async () => {
    const channels = Array.from({ length: 20 }, (_, c) => c);
    const x = full(gpu.device, [1, 20, 1, 1], 1);
    x.write(Float32Array.from(channels, (c) => (c === 1 ? Number.NaN : 1)));
    x.requiresGrad = true;
    await whileGpu(gpu.device, async () => {
      const y = localResponseNorm(x, { size: 4 });
      backward(y, { gradient: full(gpu.device, x.shape, 1) });
      expect([...(await y.toArray())].map(Number.isNaN)).toEqual(channels.map((c) => c <= 3));
      expect([...((await x.grad?.toArray()) ?? [])].map(Number.isNaN)).toEqual(channels.map((c) => c <= 4));
    });
  });

  it('agrees with the reference for any shape and size', async () => {
    const size = fc.integer({ min: 1, max: 8 });
    const shapes = fc.tuple(size, size, fc.array(size, { maxLength: 3 }));
    const property = fc.asyncProperty(shapes, size, async ([images, channels, positions], size) => {
      const norm = { size, alpha: 2, beta: 0.75, k: 1 };
      await test(random64([images, channels, ...positions], 1), norm);
    });
    await fc.assert(property, { numRuns: 20, seed: 1 });
  });

  it.each(fixtureCases('localResponseNorm'))('agrees with PyTorch: $name', async (fixture) => {
    const { options, inputs, outputs, gradients } = fixture;
    await expectOp(gpu.device, normalised(options), {
      inputs: [inputs.input],
      output: outputs.output,
      dOutput: inputs.dOutput,
      gradients: [gradients.dInput],
    });
  });

  it('agrees with finite differences', async () => {
    const norm = { size: 4, alpha: 3, beta: 0.75, k: 1.5 };
    await expectGradients(normalised(norm), [upload(gpu.device, random64([2, 6, 3, 4], 1))]);
  });

  it("has PyTorch's defaults: alpha 1e-4, beta 0.75, k 1", async () => {
    const input = random64([1, 3, 2, 2], 1, 30);
    const norm = { size: 2, alpha: 1e-4, beta: 0.75, k: 1 };
    await test(input, norm, normalised({ size: 2 }));
  });

  it('works on more planes than a grid has workgroups', async () => {
    const input = map64(array64([2, 33_000, 1, 2]), (_, i) => Math.fround(Math.sin(i)));
    const norm = { size: 3, alpha: 1, beta: 0.75, k: 1 };
    await test(input, norm);
  });

  it('takes an empty batch', async () => {
    const input = array64([0, 4, 3, 3]);
    const options = { inputs: [input], output: input, dOutput: input, gradients: [input] };
    await expectOp(gpu.device, normalised({ size: 5 }), options);
  });

  it.each([
    [[4], { size: 5 }, 'localResponseNorm: input has shape [4], expected 2 axes or more [N, C, ...]'],
    [[2, 4], { size: 0 }, 'localResponseNorm: size is 0; it must be a whole number of at least 1'],
    [[2, 4], { size: 2.5 }, 'localResponseNorm: size is 2.5; it must be a whole number'],
    [[2, 4], { size: 5, k: 0 }, 'localResponseNorm: k is 0; it must be above 0'],
    [[2, 4], { size: 5, alpha: -1 }, 'localResponseNorm: alpha is -1; it must be at least 0'],
    [[2, 4], { size: 5, beta: Number.NaN }, 'localResponseNorm: beta is NaN; it must be a number'],
  ])('refuses what makes no sense: %j, %j', (shape, options, message) => {
    expect(() => localResponseNorm(full(gpu.device, shape, 1), options)).toThrow(message);
  });

  it('refuses labels, which are no floats', () => {
    const labels = upload(gpu.device, array64([2, 4]), 'u32');
    expect(() => localResponseNorm(labels, { size: 5 })).toThrow(/elements of type u32, expected f32/);
  });
});
