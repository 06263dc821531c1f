import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { opTest } from '../../../../src/autograd/op-test/op-test.js';
import { maxPool2d } from '../../../../src/autograd/ops/pools/max-pool2d.js';
import { backward, noGrad } from '../../../../src/autograd/tape.js';
import { from } from '../../../../src/tensor/create.js';
import type { Tensor } from '../../../../src/tensor/tensor.js';
import { fixtureCases } from '../../../fixtures/index.js';
import { type Array64, array64, map64, offset, zerosLike } from '../../../reference/array.js';
import * as reference from '../../../reference/max-pool2d.js';
import type { PoolGeometry } from '../../../reference/pool-window.js';
import { random64 } from '../../../reference/random.js';
import { useDevice } from '../../../support/device.js';
import { whileGpu } from '../../../support/devices-like.js';
import { type Expected, expectGradients, expectOp, upload } from '../../../support/expect-op.js';
import { poolGeometries } from '../../../support/pools.js';
import { poolCases, poolCasesOfGpus } from '../../../support/shapes.js';

const pooled =
  ({ kernel, stride, padding, ceilMode }: PoolGeometry) =>
  (x: Tensor) =>
    maxPool2d(x, { kernelSize: kernel, stride, padding, ceilMode });

/** Small whole numbers: most windows have several equal maxima, and the gradient tells which of them won. */
const withTies = (shape: readonly number[]): Array64 => map64(random64(shape, 1, 2), Math.round);

function expected(input: Array64, geometry: PoolGeometry): Expected {
  const output = reference.maxPool2d(input, geometry);
  const dOutput = random64(output.shape, 2);
  return {
    inputs: [input],
    output,
    dOutput,
    gradients: [reference.maxPool2dBackward(dOutput, input, geometry)],
  };
}

describe('maxPool2d', () => {
  const gpu = useDevice();
  const test = (input: Array64, geometry: PoolGeometry) =>
    opTest(pooled(geometry), [
      {
        inputs: [upload(gpu.device, input)],
        reference: (x) => reference.maxPool2d(x, geometry),
        gradients: (dy, x) => [reference.maxPool2dBackward(dy, x, geometry)],
      },
    ]);

  it.each(poolCases)('agrees with the reference: $name', async (pool) => {
    await test(random64(pool.input, 1), pool);
    await test(withTies(pool.input), pool);
  });

  it.each(poolCasesOfGpus)('agrees with the reference on a GPU: $name', async (pool) => {
    await whileGpu(gpu.device, async () => {
      await test(random64(pool.input, 1), pool);
      await test(withTies(pool.input), pool);
    });
  });

  it('agrees with the reference for any window that fits', async () => {
    const property = fc.asyncProperty(poolGeometries, async (pool) => {
      await test(withTies(pool.input), pool);
    });
    await fc.assert(property, { numRuns: 20, seed: 1 });
  });

  it.each(fixtureCases('maxPool2d'))('agrees with PyTorch: $name', async (fixture) => {
    const { options, inputs, outputs, gradients } = fixture;
    await expectOp(gpu.device, pooled(options), {
      inputs: [inputs.input],
      output: outputs.output,
      dOutput: inputs.dOutput,
      gradients: [gradients.dInput],
    });
  });

  it('agrees with finite differences', async () => {
    // 0, 0.1, 0.2, ... in disorder: a step of 0.01 changes no maximum.
    const disorder = map64(array64([2, 2, 5, 7]), (_, i) => ((i * 37) % 140) / 10);
    const op = (x: Tensor) => maxPool2d(x, { kernelSize: 3, stride: 2, ceilMode: true });
    await expectGradients(op, [upload(gpu.device, disorder)]);
  });

  it('with dilation 2 and stride 2 pools every second row and column', async () => {
    const input = withTies([2, 3, 9, 10]);
    const coarse = array64([2, 3, 5, 5]);
    const positions = [...coarse.data.keys()].map((i) =>
      offset(input.shape, 0, Math.floor(i / 25), 2 * (Math.floor(i / 5) % 5), 2 * (i % 5)),
    );
    positions.forEach((position, i) => {
      coarse.data[i] = input.data[position];
    });
    const { output, dOutput, gradients } = expected(coarse, {
      kernel: [3, 3],
      stride: [1, 1],
      padding: [0, 0],
      ceilMode: false,
    });
    const dInput = zerosLike(input);
    positions.forEach((position, i) => {
      dInput.data[position] = gradients[0].data[i];
    });
    const op = (x: Tensor) => maxPool2d(x, { kernelSize: 3, stride: 2, dilation: 2 });
    await expectOp(gpu.device, op, { inputs: [input], output, dOutput, gradients: [dInput] });
  });

  it('gives the same without a tape', async () => {
    const x = upload(gpu.device, withTies([2, 3, 7, 6]));
    x.requiresGrad = true;
    const op = () => maxPool2d(x, { kernelSize: 3, stride: 2, padding: 1 });
    const untaped = noGrad(op);
    expect(untaped.requiresGrad).toBe(false);
    expect(await untaped.toArray()).toEqual(await op().toArray());
  });

  async function expectSpecial(): Promise<void> {
    const { NaN: nan, POSITIVE_INFINITY: most, NEGATIVE_INFINITY: least } = Number;
    const x = from(gpu.device, [[[[nan, 1, 2, nan, least, least, most, nan, most, 3, nan, nan]]]]);
    x.requiresGrad = true;
    const y = maxPool2d(x, { kernelSize: [1, 2] });
    expect([...(await y.toArray())]).toEqual([nan, nan, least, nan, most, nan]);
    backward(y, { gradient: from(gpu.device, [[[[1, 2, 3, 4, 5, 6]]]]) });
    expect([...((await x.grad?.toArray()) ?? [])]).toEqual([1, 0, 0, 2, 3, 0, 0, 4, 5, 0, 0, 6]);
  }

  it('lets NaN and infinities through, and the last NaN of a window win, as PyTorch does', async () => {
    await expectSpecial();
    await whileGpu(gpu.device, expectSpecial);
  });

  it('gives no gradient to a window of padding alone', async () => {
    const x = from(gpu.device, [[[[1, 2, 3]]]]);
    x.requiresGrad = true;
    // One window: columns -1 and 3, both in the padding.
    const y = maxPool2d(x, { kernelSize: [1, 2], dilation: [1, 4], padding: [0, 1] });
    expect([...(await y.toArray())]).toEqual([-Math.fround(3.4028234663852886e38)]);
    backward(y);
    expect([...((await x.grad?.toArray()) ?? [])]).toEqual([0, 0, 0]);
  });

  it('works on more planes than a grid has workgroups', async () => {
    const input = map64(array64([2, 33_000, 1, 2]), (_, i) => i);
    const dOutput = map64(array64([2, 33_000, 1, 1]), (_, i) => i);
    await expectOp(gpu.device, (x) => maxPool2d(x, { kernelSize: [1, 2] }), {
      inputs: [input],
      output: map64(dOutput, (i) => 2 * i + 1),
      dOutput,
      gradients: [map64(input, (_, i) => (i % 2 === 1 ? (i - 1) / 2 : 0))],
    });
  });

  it('takes an empty batch', async () => {
    const input = array64([0, 3, 4, 4]);
    const output = array64([0, 3, 2, 2]);
    const op = (x: Tensor) => maxPool2d(x, { kernelSize: 2 });
    await expectOp(gpu.device, op, { inputs: [input], output, dOutput: output, gradients: [input] });
  });

  it.each([
    [[2, 3], { kernelSize: 2 }, 'maxPool2d: input has shape [2, 3], expected 4 axes [N, C, H, W]'],
    [[1, 1, 4, 4], { kernelSize: 5 }, 'maxPool2d: a 5 x 5 window (dilation 1 x 1) does not fit into 4 x 4'],
    [[1, 1, 4, 4], { kernelSize: 2, stride: 0 }, 'maxPool2d: stride is 0; it must be a whole number'],
    [
      [1, 1, 4, 4],
      { kernelSize: 3, padding: 2 },
      'maxPool2d: padding 2 x 2 exceeds half the kernel 3 x 3; use less padding',
    ],
  ])('refuses a window that does not suit: %j, %j', (shape, options, message) => {
    expect(() => maxPool2d(upload(gpu.device, array64(shape)), options)).toThrow(message);
  });

  it('refuses labels, which are no floats', () => {
    const labels = upload(gpu.device, array64([1, 1, 2, 2]), 'u32');
    expect(() => maxPool2d(labels, { kernelSize: 2 })).toThrow(/elements of type u32, expected f32/);
  });
});
