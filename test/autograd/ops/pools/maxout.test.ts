import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { opTest } from '../../../../src/autograd/op-test/op-test.js';
import { maxout } from '../../../../src/autograd/ops/pools/maxout.js';
import { linear } from '../../../../src/autograd/ops/products/linear.js';
import { backward } from '../../../../src/autograd/tape.js';
import { from } from '../../../../src/tensor/create.js';
import type { Tensor } from '../../../../src/tensor/tensor.js';
import { fixtureCases } from '../../../fixtures/index.js';
import { type Array64, array64, map64 } from '../../../reference/array.js';
import * as reference from '../../../reference/maxout.js';
import { random64 } from '../../../reference/random.js';
import { useDevice } from '../../../support/device.js';
import { whileGpu } from '../../../support/devices-like.js';
import { expectGradients, expectOp, upload } from '../../../support/expect-op.js';
import { maxoutCases } from '../../../support/shapes.js';

/** Small whole numbers: most groups have several equal maxima, and the gradient tells which of them won. */
const withTies = (shape: readonly number[]): Array64 => map64(random64(shape, 1, 2), Math.round);

const ofPieces = (pieces: number) => (x: Tensor) => maxout(x, pieces);

describe('maxout', () => {
  const gpu = useDevice();
  const test = (input: Array64, pieces: number) =>
    opTest(ofPieces(pieces), [
      {
        inputs: [upload(gpu.device, input)],
        reference: (x) => reference.maxout(x, pieces),
        gradients: (dy, x) => [reference.maxoutBackward(dy, x, pieces)],
      },
    ]);

  it.each(maxoutCases)('agrees with the reference: $name', async ({ input, pieces }) => {
    await test(random64(input, 1), pieces);
    await test(withTies(input), pieces);
  });

  it.each([
    [[2, 6, 5, 7], 2],
    [[3, 12, 6, 6], 3],
    [[2, 10, 2, 2], 10],
  ])(
    'agrees with the reference on a GPU, which has few pieces at once: %j, %i pieces',
    async (input, pieces) => {
      await whileGpu(gpu.device, () => test(withTies(input), pieces));
    },
  );

  it('agrees with the reference for any shape', async () => {
    const size = fc.integer({ min: 1, max: 6 });
    const shapes = fc.tuple(size, size, size, fc.array(size, { maxLength: 3 }));
    const property = fc.asyncProperty(shapes, async ([images, outputs, pieces, positions]) => {
      await test(withTies([images, outputs * pieces, ...positions]), pieces);
    });
    await fc.assert(property, { numRuns: 20, seed: 1 });
  });

  it.each(fixtureCases('maxout'))('agrees with PyTorch: $name', async (fixture) => {
    const { options, inputs, outputs, gradients } = fixture;
    await expectOp(gpu.device, ofPieces(options.pieces), {
      inputs: [inputs.input],
      output: outputs.output,
      dOutput: inputs.dOutput,
      gradients: [gradients.dInput],
    });
  });

  it('agrees with finite differences', async () => {
    // 0, 0.1, 0.2, ... in disorder: a step of 0.01 changes no maximum.
    const disorder = map64(array64([2, 6, 3, 4]), (_, i) => ((i * 37) % 144) / 10);
    await expectGradients(ofPieces(3), [upload(gpu.device, disorder)]);
  });

  it('follows a fully connected layer: each output is the largest of several linear functions', async () => {
    const x = from(gpu.device, [[2, 1]]);
    // |x0| and max(x1, 3), as pairs of linear functions.
    const weight = from(gpu.device, [
      [1, 0],
      [-1, 0],
      [0, 1],
      [0, 0],
    ]);
    const bias = from(gpu.device, [0, 0, 0, 3]);
    weight.requiresGrad = true;
    const y = maxout(linear(x, weight, bias), 2);
    expect([...(await y.toArray())]).toEqual([2, 3]);
    backward(y, { gradient: from(gpu.device, [[10, 100]]) });
    expect([...((await weight.grad?.toArray()) ?? [])]).toEqual([20, 10, 0, 0, 0, 0, 200, 100]);
  });

  // Four positions are a quad.
  it.each([1, 4])(
    'lets infinities and NaN through, and the first NaN win, as PyTorch does: %i positions',
    async (positions) => {
      const { NaN: nan, POSITIVE_INFINITY: most, NEGATIVE_INFINITY: least } = Number;
      const each = (values: number[]) => [values.map((value) => Array<number>(positions).fill(value))];
      const flat = (values: number[]) => each(values).flat(2);
      const x = from(gpu.device, each([nan, 1, 2, nan, least, least, most, nan, most, 3, nan, nan]));
      x.requiresGrad = true;
      const y = maxout(x, 2);
      expect([...(await y.toArray())]).toEqual(flat([nan, nan, least, nan, most, nan]));
      backward(y, { gradient: from(gpu.device, each([1, 2, 3, 4, 5, 6])) });
      expect([...((await x.grad?.toArray()) ?? [])]).toEqual(flat([1, 0, 0, 2, 3, 0, 0, 4, 5, 0, 6, 0]));
    },
  );

  it('works on more elements than all threads take at once', async () => {
    const input = map64(array64([1, 2, 300_000]), (_, i) => i % 1024);
    await test(input, 2);
  });

  it('takes an empty batch', async () => {
    const input = array64([0, 4, 3]);
    const output = array64([0, 2, 3]);
    await expectOp(gpu.device, ofPieces(2), { inputs: [input], output, dOutput: output, gradients: [input] });
  });

  it.each([
    [[2, 5, 3, 3], 2, 'maxout: input [2, 5, 3, 3] for 2 pieces, expected [N, C * 2, ...]; give the layer'],
    [[4], 2, 'maxout: input [4] for 2 pieces, expected [N, C * 2, ...]'],
    [[2, 4], 0, 'maxout: pieces is 0; it must be a whole number of at least 1'],
    [[2, 4], 1.5, 'maxout: pieces is 1.5; it must be a whole number of at least 1'],
  ])('refuses what does not fit: %j in %d pieces', (shape, pieces, message) => {
    expect(() => maxout(upload(gpu.device, array64(shape)), pieces)).toThrow(message);
  });

  it('refuses labels, which are no floats', () => {
    const labels = upload(gpu.device, array64([2, 4]), 'u32');
    expect(() => maxout(labels, 2)).toThrow('maxout: input [2, 4] has elements of type u32, expected f32');
  });
});
