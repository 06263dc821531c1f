import { describe, expect, it } from 'vitest';
import { add } from '../../src/autograd/ops/elementwise/add.js';
import { multiply } from '../../src/autograd/ops/elementwise/multiply.js';
import { relu } from '../../src/autograd/ops/elementwise/relu.js';
import { maxPool2d } from '../../src/autograd/ops/pools/max-pool2d.js';
import { conv2d } from '../../src/autograd/ops/products/conv2d.js';
import { sum } from '../../src/autograd/ops/reductions/sum.js';
import { backward, noGrad, putOnTape } from '../../src/autograd/tape.js';
import { elementwise, elementwiseWithNumber } from '../../src/kernels/elementwise/elementwise.js';
import { reluGradient, relu as reluKernel } from '../../src/kernels/elementwise/relu.js';
import type { Tensor } from '../../src/tensor/tensor.js';
import { random64 } from '../reference/random.js';
import { expectClose } from '../support/close.js';
import { useDevice } from '../support/device.js';
import { SINGLE, upload } from '../support/expect-op.js';

const gpu = useDevice();

const leaf = (shape: number[], seed: number): Tensor => {
  const tensor = upload(gpu.device, random64(shape, seed));
  tensor.requiresGrad = true;
  return tensor;
};

const gradients = (leaves: Tensor[]) => Promise.all(leaves.map((tensor) => tensor.grad?.toArray()));

describe('the mask of a ReLU, applied to the gradient at its output by the op that computes it', () => {
  /** What may follow the ReLU. */
  const CONSUMERS: Record<string, (y: Tensor, weight: Tensor) => Tensor> = {
    'a convolution': (y, weight) => conv2d(y, weight, null, { padding: 1 }),
    'a pool': (y) => maxPool2d(y, { kernelSize: 3, stride: 2, ceilMode: true }),
    'a convolution and a pool': (y, weight) =>
      add(sum(conv2d(y, weight, null, { padding: 1 })), sum(maxPool2d(y, { kernelSize: 2 }))),
    'a convolution and the identity': (y, weight) => add(conv2d(y, weight, null, { padding: 1 }), y),
  };

  it.each(Object.entries(CONSUMERS))('changes no gradient before %s', async (_, consumer) => {
    const run = async (through: (y: Tensor) => Tensor) => {
      const [x, weight] = [leaf([2, 3, 6, 7], 1), leaf([3, 3, 3, 3], 2)];
      backward(sum(consumer(through(relu(x)), weight)));
      return gradients([x, weight]);
    };
    const one = upload(gpu.device, { shape: [1], data: new Float64Array([1]) });
    // A product with 1 is no output of a ReLU any more, so nobody applies a mask.
    expect(await run((y) => y)).toEqual(await run((y) => multiply(y, one)));
  });

  it('saves the pass over the gradient where one consumer has applied it, and only there', () => {
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

  it('is not applied at a leaf that happens to come out of a ReLU', async () => {
    const y = noGrad(() => relu(upload(gpu.device, random64([1, 1, 4, 4], 3))));
    y.requiresGrad = true;
    const weight = upload(gpu.device, { shape: [1, 1, 1, 1], data: new Float64Array([1]) });
    backward(sum(conv2d(y, weight, null)));
    expect(await y.grad?.toArray()).toEqual(new Float32Array(16).fill(1));
  });

  it('is that of the ReLU of a convolution as well, which is an op of its own on the tape', async () => {
    const run = (first: (x: Tensor, weight: Tensor) => Tensor) => {
      const [x, weight, next] = [leaf([2, 3, 6, 7], 1), leaf([3, 3, 3, 3], 2), leaf([2, 3, 1, 1], 4)];
      const step = () => backward(sum(conv2d(first(x, weight), next, null)));
      return { leaves: [x, weight, next], step };
    };
    const fused = run((x, weight) => conv2d(x, weight, null, { relu: true }));
    const apart = run((x, weight) => relu(conv2d(x, weight, null)));
    fused.step();
    apart.step();
    expect(await gradients(fused.leaves)).toEqual(await gradients(apart.leaves));
    const labels = gpu.device.plan(fused.step).launches.map(({ label }) => label);
    expect(labels).not.toContain('relu.backward');
  });

  it('is left alone by an op that a user made from relu.ts, with another gradient', async () => {
    const slope = 0.125;
    const leakyRelu = (x: Tensor) => {
      // y = max(x, 0) + slope min(x, 0)
      const y = elementwise(
        'add',
        elementwiseWithNumber('multiply', reluKernel(x), 1 - slope),
        elementwiseWithNumber('multiply', x, slope),
      );
      // dx = dy where y > 0, else slope dy
      return putOnTape('leakyRelu', y, [x], (dy) => {
        const everywhere = elementwiseWithNumber('multiply', dy, slope);
        return [
          elementwise('add', everywhere, elementwiseWithNumber('multiply', reluGradient(y, dy), 1 - slope)),
        ];
      });
    };
    const composed = (x: Tensor) => add(multiply(relu(x), 1 - slope), multiply(x, slope));
    const run = async (activation: (x: Tensor) => Tensor) => {
      const [x, first, second] = [leaf([2, 3, 8, 8], 1), leaf([3, 3, 3, 3], 2), leaf([2, 3, 3, 3], 4)];
      const hidden = activation(conv2d(activation(conv2d(x, first, null, { padding: 1 })), first, null));
      const pooled = maxPool2d(activation(conv2d(hidden, second, null)), { kernelSize: 2 });
      backward(sum(activation(pooled)));
      return gradients([x, first, second]);
    };
    const [made, expected] = [await run(leakyRelu), await run(composed)];
    for (const [index, gradient] of made.entries()) {
      expectClose(gradient!, expected[index]!, { ...SINGLE, label: `gradient of leaf ${index}` });
    }
  });
});
