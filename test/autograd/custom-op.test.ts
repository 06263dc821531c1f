import { describe, expect, it } from 'vitest';
import * as dg from '../../src/index.js';
import { random64 } from '../reference/random.js';
import { useDevice } from '../support/device.js';
import { upload } from '../support/expect-op.js';

const gpu = useDevice();

const leaf = (...values: number[]) => Object.assign(dg.from(gpu.device, values), { requiresGrad: true });
const gradientOf = async ({ grad }: dg.Tensor) => grad && [...(await grad.toArray())];

/** a b^2, whose gradients are 10 times too large, to be told from those that the tape would find. */
const op = dg.customOp({
  name: 'timesSquare',
  forward: (a, b) => a!.multiply(b!.multiply(b!)),
  backward: (dy, { inputs: [a, b], output }) => [
    dy.multiply(b!).multiply(b!).scale(10),
    a!.requiresGrad ? dy.multiply(output).divide(b!).scale(20) : null,
  ],
});

describe('customOp', () => {
  it('goes back as it is told to', async () => {
    const [a, b] = [leaf(1, 2), leaf(3, 4)];
    const y = op(a, b);
    expect(y.node?.op).toBe('timesSquare');
    expect([...(await y.toArray())]).toEqual([9, 32]);
    y.sum().backward();
    expect(await gradientOf(a)).toEqual([90, 160]);
    expect(await gradientOf(b)).toEqual([60, 160]);
  });

  it('passes the tests of an op, where its gradient is right', async () => {
    const square = dg.customOp({
      name: 'square',
      forward: (x) => x.multiply(x),
      backward: (dy, { inputs: [x] }) => [dy.multiply(x!).scale(2)],
      reads: ({ inputs }) => inputs,
    });
    const inputs = [upload(gpu.device, random64([2, 3, 3], 1))];
    await dg.opTest(square, [
      { inputs, reference: ({ shape, data }) => ({ shape, data: data.map((x) => x * x) }) },
    ]);
  });

  it('keeps nothing but the output of what it makes on its way, and of the gradients', () => {
    const [a, b] = [leaf(1, 2), leaf(3, 4)];
    const { used } = gpu.device.memory;
    const y = op(a, b);
    const one = gpu.device.memory.used - used;
    y.backward({ gradient: dg.from(gpu.device, [1, 1]) });
    // The gradients of the two leaves, the output, and the gradient that was handed over.
    expect(gpu.device.memory.used - used).toBe(4 * one);
  });

  it('may return its input, and hand the gradient on', async () => {
    const same = dg.customOp({ name: 'same', forward: (x) => x, backward: (dy) => [dy], reads: () => [] });
    const x = leaf(1, 2);
    same(x).multiply(3).sum().backward();
    expect(await gradientOf(x)).toEqual([3, 3]);
  });

  it('is held to what it says it reads', () => {
    const wrong = dg.customOp({
      name: 'wrong',
      forward: (x) => x.scale(2),
      backward: (dy, { output }) => [dy.multiply(output)],
      reads: () => [],
    });
    expect(() => wrong(leaf(1)).backward()).toThrow(
      'wrong: its backward pass uses the values of its output, a tensor [1], which `reads` does not name',
    );
  });

  it.each([
    [() => op(), 'timesSquare: input 0 is undefined; it must be a Tensor'],
    [() => op(leaf(1), 3 as never), 'timesSquare: input 1 is 3; it must be a Tensor'],
    [
      () => dg.customOp({ name: 'none', forward: () => undefined as never, backward: () => [] })(leaf(1)),
      'none: what forward returns is undefined; it must be a Tensor',
    ],
  ])('refuses what is no tensor', (call, message) => {
    expect(call).toThrow(message);
  });
});
