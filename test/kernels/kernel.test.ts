import { describe, expect, it } from 'vitest';
import { elementwise } from '../../src/kernels/elementwise.js';
import { ENOUGH_WORKGROUPS, linearGrid } from '../../src/kernels/kernel.js';
import { normalise } from '../../src/kernels/normalisation/batch-norm.js';
import { planeGrid } from '../../src/kernels/planes.js';
import { relu } from '../../src/kernels/relu.js';
import { from } from '../../src/tensor/create.js';
import { Tensor } from '../../src/tensor/tensor.js';
import { expectClose } from '../support/close.js';
import { useDevice } from '../support/device.js';
import { SINGLE } from '../support/expect-op.js';

describe('grids', () => {
  it('give a workgroup to 256 elements while that is not too many', () => {
    expect(linearGrid(0)).toEqual([0, 1, 1]);
    expect(linearGrid(257)).toEqual([2, 1, 1]);
    expect(linearGrid(2 ** 30)).toEqual([ENOUGH_WORKGROUPS, 1, 1]);
  });

  it('split planes only where they are few', () => {
    expect(planeGrid(6144, 1024)).toEqual([1, 6144, 1]);
    expect(planeGrid(192, 1024)).toEqual([5, 192, 1]);
    expect(planeGrid(3, 100)).toEqual([2, 3, 1]);
    expect(planeGrid(65536, 1)).toEqual([1, 32768, 2]);
    expect(planeGrid(0, 10)).toContain(0);
  });
});

describe('arrays longer than all threads together', () => {
  const gpu = useDevice();
  // Two laps and a bit, ending within a workgroup.
  const size = 2 * 256 * ENOUGH_WORKGROUPS + 77;

  it('are walked to the end, element by element', async () => {
    const values = Float32Array.from({ length: size }, (_, i) => (i % 2 ? i : -i));
    const x = new Tensor(gpu.device, [size]);
    gpu.device.write(x.buffer, values);
    expect(await relu(x).toArray()).toEqual(values.map((value) => (value < 0 ? 0 : value)));
  });

  it('are walked to the end, plane by plane', async () => {
    const values = Float32Array.from({ length: size }, (_, i) => i % 8191);
    const x = new Tensor(gpu.device, [size, 1]);
    gpu.device.write(x.buffer, values);
    const [zero, quarter, half] = [0, 0.25, 0.5].map((value) => from(gpu.device, [value]));
    const y = normalise(x, { mean: zero, variance: quarter }, quarter, half, 0);
    expectClose(
      await y.toArray(),
      [...values].map((value) => value / 2 + 0.5),
      { ...SINGLE, shape: [size, 1], label: 'y' },
    );
  });
});

describe('a launch', () => {
  const [one, other] = [useDevice(), useDevice()];

  it('refuses operands of two devices', () => {
    const a = new Tensor(one.device, [2, 3]);
    const b = new Tensor(other.device, [2, 3]);
    expect(() => elementwise('add', a, b)).toThrow('elementwise.flat: a and b are on different devices');
  });
});
