import { expect, it } from 'vitest';
import { clone } from '../../../src/autograd/ops/clone.js';
import { detach } from '../../../src/autograd/ops/detach.js';
import { multiply } from '../../../src/autograd/ops/elementwise/multiply.js';
import { sum } from '../../../src/autograd/ops/reductions/sum.js';
import { backward } from '../../../src/autograd/tape.js';
import { from, fromArray } from '../../../src/tensor/create.js';
import { random64 } from '../../reference/random.js';
import { useDevice } from '../../support/device.js';
import { expectOp, upload } from '../../support/expect-op.js';

const gpu = useDevice();

it('detach shares the memory, and lets no gradient through', async () => {
  const x = from(gpu.device, [1, 2]);
  x.requiresGrad = true;
  const y = detach(multiply(x, 3));
  expect([y.requiresGrad, y.node]).toEqual([false, undefined]);
  backward(sum(multiply(x, y)));
  expect([...(await x.grad!.toArray())]).toEqual([3, 6]);
  const part = detach(x);
  x.write(Float32Array.of(5, 6));
  expect([...(await part.toArray())]).toEqual([5, 6]);
});

it.each([[[3, 5]], [[]], [[0, 2]]])(
  'clone of %j has memory of its own, and passes gradients on',
  async (shape) => {
    const [x, dOutput] = [random64(shape, 1), random64(shape, 2)];
    await expectOp(gpu.device, clone, { inputs: [x], output: x, dOutput, gradients: [dOutput] });
    const original = upload(gpu.device, x);
    const copy = clone(original);
    original.write(new Float32Array(original.size));
    expect([...(await copy.toArray())]).toEqual([...x.data]);
  },
);

it('clone copies integers', async () => {
  expect([...(await clone(from(gpu.device, [1, 2 ** 32 - 1], 'u32')).toArray())]).toEqual([1, 2 ** 32 - 1]);
});

it('clone copies more elements than there are threads', async () => {
  const values = Float32Array.from({ length: 300_001 }, (_, i) => i);
  const copy = await clone(fromArray(gpu.device, values, [values.length])).toArray();
  expect(copy.every((value, i) => value === i)).toBe(true);
});
