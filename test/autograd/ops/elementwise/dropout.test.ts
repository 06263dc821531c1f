import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dropout, dropout2d } from '../../../../src/autograd/ops/elementwise/dropout.js';
import { backward } from '../../../../src/autograd/tape.js';
import { randomState } from '../../../../src/kernels/random-key.js';
import { fromArray, full } from '../../../../src/tensor/create.js';
import { pcg3d } from '../../../../src/tensor/random.js';
import type { Tensor } from '../../../../src/tensor/tensor.js';
import { fixtureCases } from '../../../fixtures/index.js';
import { type Array64, array64, map64 } from '../../../reference/array.js';
import * as reference from '../../../reference/dropout.js';
import { random64 } from '../../../reference/random.js';
import { useDevice } from '../../../support/device.js';
import { expectGradients, expectOp, upload } from '../../../support/expect-op.js';

/** 1 where an element is kept: the specification, on the host. */
const maskOf = (shape: readonly number[], p: number, seed: number, counter: number): Array64 =>
  map64(array64(shape), (_, i) => Number(pcg3d(seed, counter, i)[0] >= p * 2 ** 32));

describe('dropout', () => {
  const gpu = useDevice({ seed: 3 });
  const keyOf = (seed: number, counter: number): Tensor =>
    fromArray(gpu.device, Uint32Array.of(seed, counter), [2]);
  /** Which elements of a tensor of ones are kept. */
  const kept = async (y: Tensor): Promise<boolean[]> => [...(await y.toArray())].map((value) => value !== 0);

  it('agrees with the reference for any p, shape and key: one mask forward and backward', async () => {
    const word = fc.integer({ min: 0, max: 2 ** 32 - 1 });
    const shapes = fc.array(fc.integer({ min: 1, max: 9 }), { maxLength: 4 });
    const p = fc.double({ min: 0.01, max: 0.99 });
    const property = fc.asyncProperty(shapes, p, word, word, async (shape, p, seed, counter) => {
      const [input, dOutput] = [random64(shape, 1), random64(shape, 2)];
      const mask = maskOf(shape, p, seed, counter);
      await expectOp(gpu.device, (x) => dropout(x, p, { key: keyOf(seed, counter) }), {
        inputs: [input],
        output: reference.dropout(input, mask, p),
        dOutput,
        gradients: [reference.dropoutBackward(dOutput, mask, p)],
      });
    });
    await fc.assert(property, { numRuns: 20, seed: 1 });
  });

  it.each(fixtureCases('dropout'))('scales what it keeps as PyTorch does: $name', async (fixture) => {
    // Our mask is our own: compare the values of elements that both keep.
    const { inputs, outputs, gradients, options } = fixture;
    const x = upload(gpu.device, inputs.input);
    x.requiresGrad = true;
    const y = dropout(x, options.p);
    backward(y, { gradient: upload(gpu.device, inputs.dOutput) });
    const [values, gradient] = [await y.toArray(), (await x.grad?.toArray()) ?? []];
    const both = [...inputs.mask.data.keys()].filter((i) => inputs.mask.data[i] === 1 && values[i] !== 0);
    expect(both.length).toBeGreaterThan(3);
    for (const i of both) {
      expect(values[i]).toBeCloseTo(outputs.output.data[i], 5);
      expect(gradient[i]).toBeCloseTo(gradients.dInput.data[i], 5);
    }
  });

  it('agrees with finite differences', async () => {
    const key = keyOf(1, 2);
    await expectGradients((x) => dropout(x, 0.4, { key }), [upload(gpu.device, random64([5, 6], 1))]);
  });

  it.each([0.1, 0.5, 0.8])('drops with probability %d, wherever an element is', async (p) => {
    const size = 100_000;
    const mask = await kept(dropout(full(gpu.device, [size], 1), p));
    // Five standard deviations of a binomial: one run in two million fails by chance, and the seed is fixed.
    const bound = (count: number) => 5 * Math.sqrt(count * p * (1 - p));
    const count = (elements: readonly boolean[]) => elements.filter(Boolean).length;
    expect(Math.abs(count(mask) - size * (1 - p))).toBeLessThan(bound(size));
    const tenths = Array.from({ length: 10 }, (_, k) => mask.filter((_, i) => i % 10 === k));
    for (const tenth of tenths)
      expect(Math.abs(count(tenth) - (size / 10) * (1 - p))).toBeLessThan(bound(size / 10));
    // Neighbours are independent: both are kept with probability (1 - p)^2.
    const pairs = mask.filter((value, i) => value && mask[i + 1]).length;
    expect(Math.abs(pairs / size - (1 - p) ** 2)).toBeLessThan(0.01);
  });

  it('takes a new mask each time, and the same again when the state is set back', async () => {
    const x = full(gpu.device, [64], 1);
    const before = await randomState(gpu.device).read();
    const first = [await kept(dropout(x, 0.5)), await kept(dropout(x, 0.5))];
    expect(first[0]).not.toEqual(first[1]);
    randomState(gpu.device).write(before);
    expect([await kept(dropout(x, 0.5)), await kept(dropout(x, 0.5))]).toEqual(first);
    randomState(gpu.device).write({ ...before, seed: before.seed + 1 });
    expect(await kept(dropout(x, 0.5))).not.toEqual(first[0]);
  });

  it('goes back twice over one tape with one mask', async () => {
    const x = full(gpu.device, [64], 1);
    x.requiresGrad = true;
    const y = dropout(x, 0.5);
    const gradient = full(gpu.device, [64], 1);
    backward(y, { gradient, retainGraph: true });
    backward(y, { gradient });
    expect(await x.grad?.toArray()).toEqual((await y.toArray()).map((value) => 2 * value));
  });

  it('drops whole channels where it is told so, by one mask forward and backward', async () => {
    const shape = [3, 5, 2, 3];
    const [input, dOutput] = [random64(shape, 1), random64(shape, 2)];
    const channels = maskOf([3, 5], 0.4, 7, 8);
    const mask = map64(array64(shape), (_, i) => channels.data[Math.floor(i / 6)]!);
    expect(new Set(channels.data)).toEqual(new Set([0, 1]));
    await expectOp(gpu.device, (x) => dropout2d(x, 0.4, { key: keyOf(7, 8) }), {
      inputs: [input],
      output: reference.dropout(input, mask, 0.4),
      dOutput,
      gradients: [reference.dropoutBackward(dOutput, mask, 0.4)],
    });
    const lost = dropout2d(full(gpu.device, shape, Number.NaN), 0.4, { key: keyOf(7, 8) });
    expect((await lost.toArray()).every(Number.isNaN), 'as in PyTorch').toBe(true);
  });

  it('of whole channels makes a new mask in each run of a program', async () => {
    const x = full(gpu.device, [8, 8, 1, 1], 1);
    const program = gpu.device.record(() => dropout2d(x, 0.5));
    program.run();
    const first = await kept(program.result);
    program.run();
    expect(await kept(program.result)).not.toEqual(first);
  });

  it('is the identity for p = 0 and outside training, and draws no key then', async () => {
    const x = full(gpu.device, [4], 1);
    const before = await randomState(gpu.device).read();
    expect(dropout(x, 0)).toBe(x);
    expect(dropout(x, 0.5, { training: false })).toBe(x);
    const image = full(gpu.device, [1, 1, 2, 2], 1);
    expect(dropout2d(image, 0)).toBe(image);
    expect(dropout2d(image, 0.5, { training: false })).toBe(image);
    expect(() => dropout2d(x, 0.5)).toThrow('dropout2d: input has shape [4], expected 4 axes [N, C, H, W]');
    expect(await randomState(gpu.device).read()).toEqual(before);
  });

  it.each([-0.1, 1, 2, Number.NaN])('refuses p = %d', (p) => {
    expect(() => dropout(full(gpu.device, [4], 1), p)).toThrow(
      `dropout: p is ${p}; it must be ${Number.isNaN(p) ? 'a number, ' : ''}at least 0 and below 1`,
    );
  });
});
