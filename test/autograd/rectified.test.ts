import { describe, expect, it } from 'vitest';
import { add } from '../../src/autograd/ops/elementwise/add.js';
import { multiply } from '../../src/autograd/ops/elementwise/multiply.js';
import { relu } from '../../src/autograd/ops/elementwise/relu.js';
import { maxPool2d } from '../../src/autograd/ops/pools/max-pool2d.js';
import { conv2d } from '../../src/autograd/ops/products/conv2d.js';
import { sum } from '../../src/autograd/ops/reductions/sum.js';
import { backward, noGrad } from '../../src/autograd/tape.js';
import type { Tensor } from '../../src/tensor/tensor.js';
import { random64 } from '../reference/random.js';
import { useDevice } from '../support/device.js';
import { upload } from '../support/expect-op.js';

const gpu = useDevice();

const leaf = (shape: number[], seed: number): Tensor => {
  const tensor = upload(gpu.device, random64(shape, seed));
  tensor.requiresGrad = true;
  return tensor;
};

const gradients = (leaves: Tensor[]) => Promise.all(leaves.map((tensor) => tensor.grad?.toArray()));

describe('a gradient that is cut before the ReLU it belongs to', () => {
  /** What may follow the ReLU. */
  const CONSUMERS: Record<string, (y: Tensor, weight: Tensor) => Tensor> = {
    'a convolution': (y, weight) => conv2d(y, weight, null, { padding: 1 }),
    'a pool': (y) => maxPool2d(y, { kernelSize: 3, stride: 2, ceilMode: true }),
    'a convolution and a pool': (y, weight) =>
      add(sum(conv2d(y, weight, null, { padding: 1 })), sum(maxPool2d(y, { kernelSize: 2 }))),
    'a convolution and the identity': (y, weight) => add(conv2d(y, weight, null, { padding: 1 }), y),
  };

  it.each(Object.entries(CONSUMERS))('is the same before %s', async (_, consumer) => {
    const run = async (through: (y: Tensor) => Tensor) => {
      const [x, weight] = [leaf([2, 3, 6, 7], 1), leaf([3, 3, 3, 3], 2)];
      backward(sum(consumer(through(relu(x)), weight)));
      return gradients([x, weight]);
    };
    const one = upload(gpu.device, { shape: [1], data: new Float64Array([1]) });
    // A product with 1 is no output of a ReLU any more, so nobody cuts anything.
    expect(await run((y) => y)).toEqual(await run((y) => multiply(y, one)));
  });

  it('saves the pass over it where one consumer has done it, and only there', () => {
    const launches = (work: (y: Tensor, weight: Tensor) => Tensor) => {
      const [x, weight] = [leaf([2, 3, 6, 7], 1), leaf([3, 3, 3, 3], 2)];
      const labels = gpu.device
        .plan(() => backward(sum(work(relu(x), weight))))
        .launches.map(({ label }) => label);
      return labels.filter((label) => label === 'relu.backward').length;
    };
    const counts = Object.entries(CONSUMERS).map(([name, work]) => [name, launches(work)]);
    expect(Object.fromEntries(counts)).toEqual({
      'a convolution': 0,
      'a pool': 0,
      'a convolution and a pool': 1,
      'a convolution and the identity': 1,
    });
  });

  it('is not cut at a leaf that happens to come out of a ReLU', async () => {
    const y = noGrad(() => relu(upload(gpu.device, random64([1, 1, 4, 4], 3))));
    y.requiresGrad = true;
    const weight = upload(gpu.device, { shape: [1, 1, 1, 1], data: new Float64Array([1]) });
    backward(sum(conv2d(y, weight, null)));
    expect(await y.grad?.toArray()).toEqual(new Float32Array(16).fill(1));
  });
});
