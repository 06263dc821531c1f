import { describe, expect, it } from 'vitest';
import { gradcheck } from '../../src/autograd/gradcheck.js';
import { multiply } from '../../src/autograd/ops/elementwise/multiply.js';
import { scale } from '../../src/autograd/ops/elementwise/scale.js';
import { putOnTape } from '../../src/autograd/tape.js';
import { elementwiseWithNumber } from '../../src/kernels/elementwise/elementwise.js';
import { from, randn, zeros } from '../../src/tensor/create.js';
import type { Tensor } from '../../src/tensor/tensor.js';
import { useDevice } from '../support/device.js';

/** y = 2 x, with a gradient that is `factor` dy. */
const doubled = (factor: number) => (x: Tensor) =>
  putOnTape('doubled', elementwiseWithNumber('multiply', x, 2), [x], (dy) => [
    elementwiseWithNumber('multiply', dy, factor),
  ]);

describe('gradcheck', () => {
  const gpu = useDevice();
  // Without the tensors of other tests, which the garbage collector may give back at any await.
  const untouched = useDevice();

  it('passes a right gradient, and says how many coordinates it tried', async () => {
    const result = await gradcheck(doubled(2), [randn(gpu.device, [3, 4])]);
    expect(result).toMatchObject({ passed: true, checked: 12 });
    expect(result.worst?.excess).toBeLessThan(1);
  });

  it('fails a wrong one, and says where', async () => {
    const a = zeros(gpu.device, [2, 2]);
    const result = await gradcheck((_, b) => doubled(2.1)(b), [a, from(gpu.device, [1])]);
    expect(result).toMatchObject({ passed: false, worst: { input: 1, element: 0 } });
    expect(result.message).toMatch(
      /^gradcheck: failed; the worst of 5 coordinates is input 1 \[1\], element 0: backward says .*, finite differences say .*, .* times what is allowed$/,
    );
  });

  it('fails one that is wrong in a single element', async () => {
    const mask = from(gpu.device, [1, 1, 0, 1]);
    const broken = (x: Tensor) => putOnTape('broken', scale(x, 1), [x], (dy) => [multiply(dy, mask)]);
    const result = await gradcheck(broken, [zeros(gpu.device, [4])]);
    expect(result).toMatchObject({ passed: false, worst: { element: 2, analytic: 0 } });
  });

  it('fails NaN, whatever comes after it', async () => {
    const nan = (x: Tensor) => putOnTape('nan', scale(x, 1), [x], () => [from(gpu.device, [Number.NaN, 1])]);
    const result = await gradcheck(
      (a, b) => multiply(nan(a), b),
      [from(gpu.device, [1, 1]), from(gpu.device, [1, 1])],
    );
    expect(result).toMatchObject({ passed: false, worst: { input: 0, element: 0 } });
  });

  it('fails where the tape was left out', async () => {
    await expect(gradcheck((x) => x.view([2]), [zeros(gpu.device, [2])])).rejects.toThrow(
      'does not depend on anything that requires a gradient',
    );
  });

  it('tries as many different coordinates as asked for', async () => {
    const { checked } = await gradcheck(doubled(2), [randn(gpu.device, [1000])], { samples: 10 });
    expect(checked).toBe(10);
  });

  it('holds labels fixed', async () => {
    const labels = from(gpu.device, [3, 1], 'u32');
    const { checked } = await gradcheck((x, _) => doubled(2)(x), [zeros(gpu.device, [2]), labels]);
    expect(checked).toBe(2);
    await expect(gradcheck((x) => x, [labels])).rejects.toThrow('gradcheck: no input is of type f32');
  });

  it('leaves the inputs as they were', async () => {
    const { device } = untouched;
    const x = from(device, [1, 2, 3]);
    const grad = from(device, [4, 5, 6]);
    x.grad = grad;
    const before = device.memory.used;
    await gradcheck((input) => multiply(input, input), [x]);
    expect(await x.toArray()).toEqual(Float32Array.of(1, 2, 3));
    expect(x.requiresGrad).toBe(false);
    expect(x.grad).toBe(grad);
    expect(device.memory.used).toBe(before);
  });

  it('leaves them as they were even where the function throws on the way', async () => {
    const x = from(gpu.device, [1, 2, 3]);
    let calls = 0;
    const throwing = (input: Tensor) => {
      calls += 1;
      if (calls === 3) throw new Error('on the way');
      return doubled(2)(input);
    };
    await expect(gradcheck(throwing, [x])).rejects.toThrow('on the way');
    expect(await x.toArray()).toEqual(Float32Array.of(1, 2, 3));
  });
});
