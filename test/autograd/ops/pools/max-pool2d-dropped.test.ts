import { describe, expect, it } from 'vitest';
import { dropout } from '../../../../src/autograd/ops/elementwise/dropout.js';
import { relu } from '../../../../src/autograd/ops/elementwise/relu.js';
import { maxPool2d, maxPool2dDropped } from '../../../../src/autograd/ops/pools/max-pool2d.js';
import { backward } from '../../../../src/autograd/tape.js';
import type { Device } from '../../../../src/gpu/device.js';
import type { PoolOptions } from '../../../../src/kernels/pools/pool-window.js';
import { from } from '../../../../src/tensor/create.js';
import { Tensor } from '../../../../src/tensor/tensor.js';
import { type Array64, array64, map64 } from '../../../reference/array.js';
import { random64 } from '../../../reference/random.js';
import { useDevice } from '../../../support/device.js';
import { whileGpu } from '../../../support/devices-like.js';
import { expectGradients, upload } from '../../../support/expect-op.js';
import { useHalves } from '../../../support/halves.js';
import { type PoolCase, poolCases, poolCasesOfGpus } from '../../../support/shapes.js';
import { placed64, ROTATIONS } from '../../../support/special-values.js';

interface Case {
  readonly name: string;
  readonly input: readonly number[];
  readonly options: PoolOptions;
}

const caseOf = ({ name, input, kernel, ...options }: PoolCase): Case => ({
  ...{ name, input },
  options: { ...options, kernelSize: kernel },
});

const CASES: readonly Case[] = [
  ...poolCases.map(caseOf),
  {
    name: 'dilation, padding',
    input: [2, 3, 9, 10],
    options: { kernelSize: 3, stride: [1, 2], dilation: [2, 1], padding: 1 },
  },
  { name: 'an empty batch', input: [0, 3, 4, 4], options: { kernelSize: 2 } },
];
const CASES_OF_GPUS = poolCasesOfGpus.map(caseOf);

/** What is dropped with a probability of 0.2 and of 0.9 is enlarged by what rounds. */
const PROBABILITIES = [0.2, 0.5, 0.9];

type Pooling = (x: Tensor, options: PoolOptions, p: number, key?: Tensor) => Tensor;

const keyOn = ({ device }: Tensor) => from(device, [7, 11], 'u32');
const apart: Pooling = (x, options, p, key = keyOn(x)) => dropout(maxPool2d(x, options), p, { key });
const together: Pooling = (x, options, p, key = keyOn(x)) => maxPool2dDropped(x, options, p, () => key);

/** Small whole numbers, with zeros of both signs: windows have several equal maxima. */
const ties = (values: Array64) => map64(values, (value) => Math.round(2 * value));
/** NaN and infinities all over, and zeros of both signs. */
const special = (values: Array64) =>
  map64(values, (value, i) => [value, Number.NaN, -0, Number.POSITIVE_INFINITY, value, 0, -1 / 0][i % 7]!);

/** Output and gradients of both ways of what is drawn: with ordinary numbers and others in x and in the gradient of the output. */
async function expectSameBits(device: Device, { input, options }: Case, dtype: 'f32' | 'f16'): Promise<void> {
  const ordinary = random64(input, 1);
  const inputs = {
    ordinary,
    ties: ties(ordinary),
    ...(ordinary.data.length > 0 && { special: placed64(ordinary, ROTATIONS[1]) }),
  };
  for (const [name, values] of Object.entries(inputs)) {
    for (const masked of [false, true]) {
      for (const p of PROBABILITIES) {
        // `toEqual` tells -0 from 0. Which of its bits a NaN has is up to whoever compiles a sum of two.
        const bits = async (pooling: Pooling) => {
          const x = upload(device, values, dtype);
          x.requiresGrad = true;
          const y = pooling(masked ? relu(x) : x, options, p);
          const dy = random64(y.shape, 2);
          const gradients: ArrayLike<number>[] = [];
          for (const gradient of [dy, special(dy)]) {
            backward(y, { gradient: upload(device, gradient, dtype), retainGraph: true });
            gradients.push(await x.grad!.toArray());
            x.grad = null;
          }
          expect(y.dtype).toBe(dtype);
          return [await y.toArray(), ...gradients];
        };
        expect(await bits(together), `${name}, p ${p}${masked ? ', of a ReLU' : ''}`).toEqual(
          await bits(apart),
        );
      }
    }
  }
}

describe('max pooling with the dropout behind it', () => {
  const gpu = useDevice();

  it.each(CASES)('has the bits of one after the other: $name', (one) =>
    expectSameBits(gpu.device, one, 'f32'),
  );

  it.each(CASES_OF_GPUS)('has them on a GPU: $name', (one) =>
    whileGpu(gpu.device, () => expectSameBits(gpu.device, one, 'f32')),
  );

  it('drops what becomes NaN where the gradient is not finite, as a product with 0 does', async () => {
    const x = upload(gpu.device, random64([1, 1, 16, 16], 1));
    x.requiresGrad = true;
    const y = together(x, { kernelSize: 2 }, 0.5);
    const dropped = [...(await y.toArray())].map((value) => value === 0);
    expect(new Set(dropped).size).toBe(2);
    const { POSITIVE_INFINITY: infinity } = Number;
    backward(y, {
      gradient: upload(
        gpu.device,
        map64(array64(y.shape), () => infinity),
      ),
    });
    const kinds = [...(await x.grad!.toArray())];
    expect(kinds.filter(Number.isNaN)).toHaveLength(dropped.filter(Boolean).length);
    expect(kinds.filter((value) => value === infinity)).toHaveLength(dropped.filter((is) => !is).length);
  });

  it('agrees with finite differences', async () => {
    // 0, 0.1, 0.2, ... in disorder: a step of 0.01 changes no maximum.
    const disorder = map64(array64([2, 2, 5, 7]), (_, i) => ((i * 37) % 140) / 10);
    const op = (x: Tensor) => together(x, { kernelSize: 3, stride: 2, ceilMode: true }, 0.4);
    await expectGradients(op, [upload(gpu.device, disorder)]);
  });

  it('says what it costs: a product for each window either way, and no passes over the maxima besides', () => {
    const costs = (pooling: Pooling) => {
      const x = new Tensor(gpu.device, [2, 3, 8, 8]);
      const key = keyOn(x);
      x.requiresGrad = true;
      const { launches } = gpu.device.plan(() => {
        const y = pooling(x, { kernelSize: 2 }, 0.5, key);
        backward(y, { gradient: new Tensor(gpu.device, y.shape) });
      });
      return launches
        .filter(({ label }) => /^(maxPool|dropout)/.test(label))
        .map(({ label, cost }) => ({ label, ...cost }));
    };
    const windows = 2 * 3 * 4 * 4;
    // x and y, or their gradients, and the argmax.
    const bytes = 4 * (4 * windows + 2 * windows);
    expect(costs(together)).toEqual([
      { label: 'maxPool.forwardWithArgmax', flops: windows, bytes },
      { label: 'maxPool.backward', flops: windows, bytes },
    ]);
    expect(costs(apart)).toEqual([
      { label: 'maxPool.forwardWithArgmax', flops: 0, bytes },
      { label: 'dropout', flops: windows, bytes: 8 * windows },
      { label: 'dropout', flops: windows, bytes: 8 * windows },
      { label: 'maxPool.backward', flops: 0, bytes },
    ]);
  });

  it('draws nothing where the window does not fit', () => {
    const x = upload(gpu.device, random64([1, 1, 4, 4], 1));
    const draw = () => expect.fail('a key is drawn');
    expect(() => maxPool2dDropped(x, { kernelSize: 5 }, 0.5, draw)).toThrow(
      'maxPool2d: a 5 x 5 window (dilation 1 x 1) does not fit into 4 x 4',
    );
  });
});

describe('max pooling of halves with the dropout behind it', () => {
  const gpu = useHalves();

  it.each(CASES)('has the bits of one after the other: $name', (one) =>
    expectSameBits(gpu.device, one, 'f16'),
  );

  it.each(CASES_OF_GPUS)('has them on a GPU: $name', (one) =>
    whileGpu(gpu.device, () => expectSameBits(gpu.device, one, 'f16')),
  );
});
