import { describe, expect, it } from 'vitest';
import { addBias } from '../../src/kernels/bias.js';
import { ENOUGH_WORKGROUPS, linearGrid } from '../../src/kernels/kernel.js';
import { planeGrid } from '../../src/kernels/planes.js';
import { relu } from '../../src/kernels/relu.js';
import { Tensor } from '../../src/tensor/tensor.js';
import { useDevice } from '../support/device.js';

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
    expect(await relu(x).toArray()).toEqual(values.map((value) => Math.max(value, 0)));
  });

  it('are walked to the end, plane by plane', async () => {
    const values = Float32Array.from({ length: size }, (_, i) => i % 8191);
    const x = new Tensor(gpu.device, [size, 1]);
    gpu.device.write(x.buffer, values);
    const bias = new Tensor(gpu.device, [1]);
    gpu.device.write(bias.buffer, Float32Array.of(0.5));
    expect(await addBias(x, bias).toArray()).toEqual(values.map((value) => value + 0.5));
  });
});

describe('a launch', () => {
  const [one, other] = [useDevice(), useDevice()];

  it('refuses operands of two devices', () => {
    const a = new Tensor(one.device, [2, 3]);
    const bias = new Tensor(other.device, [3]);
    expect(() => addBias(a, bias)).toThrow('bias.forward: x and bias are on different devices');
  });
});
