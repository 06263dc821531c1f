import { describe, expect, it } from 'vitest';
import { add } from '../../../../src/autograd/ops/elementwise/add.js';
import { relu } from '../../../../src/autograd/ops/elementwise/relu.js';
import { reshape } from '../../../../src/autograd/ops/layout/reshape.js';
import { sum } from '../../../../src/autograd/ops/reductions/sum.js';
import { backward } from '../../../../src/autograd/tape.js';
import { from } from '../../../../src/tensor/create.js';
import type { Tensor } from '../../../../src/tensor/tensor.js';
import { fixtureCases } from '../../../fixtures/index.js';
import { useDevice } from '../../../support/device.js';
import { expectOp } from '../../../support/expect-op.js';

const gpu = useDevice();

function leaf(...values: number[]): Tensor {
  const tensor = from(gpu.device, values);
  tensor.requiresGrad = true;
  return tensor;
}

const gradientOf = async (tensor: Tensor) => [...((await tensor.grad?.toArray()) ?? [])];

describe('relu', () => {
  it.each(fixtureCases('relu'))('agrees with PyTorch: $name', async ({ inputs, outputs, gradients }) => {
    await expectOp(gpu.device, relu, {
      inputs: [inputs.input],
      output: outputs.output,
      dOutput: inputs.dOutput,
      gradients: [gradients.dInput],
    });
  });
});

describe('the gradient of relu, which is written over that of its output,', () => {
  it('takes no memory of its own', () => {
    const x = leaf(...Array(1000).keys());
    const y = sum(relu(relu(relu(x))));
    gpu.device.trim();
    const before = gpu.device.memory.used;
    backward(y);
    const { used, free } = gpu.device.memory;
    // One gradient, which ends up as that of x, and the single 1 that the walk begins with.
    expect(used + free - before).toBe(4096 + 256);
  });

  it("leaves the caller's gradient alone", async () => {
    const [x, gradient] = [leaf(-1, 2), from(gpu.device, [3, 4])];
    backward(relu(x), { gradient });
    expect(await gradientOf(x)).toEqual([0, 4]);
    expect([...(await gradient.toArray())]).toEqual([3, 4]);
  });

  it.each([
    ['before it', (a: Tensor, b: Tensor) => add(relu(a), b)],
    ['after it', (a: Tensor, b: Tensor) => add(b, relu(a))],
    ['through a view', (a: Tensor, b: Tensor) => add(reshape(relu(a), [2, 1]), reshape(b, [2, 1]))],
  ])('leaves that of another input of the same op alone, %s', async (_, op) => {
    const [a, b] = [leaf(-1, 2), leaf(5, 6)];
    backward(sum(op(a, b)));
    expect([await gradientOf(a), await gradientOf(b)]).toEqual([
      [0, 1],
      [1, 1],
    ]);
  });
});
