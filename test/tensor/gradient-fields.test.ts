/** `requiresGrad` and `grad` are set by users too, and by plain JavaScript to anything. */
import { describe, expect, it } from 'vitest';
import { ArgumentError, cast, Device, from, ShapeError, type Tensor, zeros } from '../../src/index.js';
import { useDevice } from '../support/device.js';

const gpu = useDevice();

const set = (tensor: Tensor, field: 'requiresGrad' | 'grad', value: unknown) =>
  Object.assign(tensor, { [field]: value });

describe('requiresGrad', () => {
  it('is true or false, and may be set back', () => {
    const tensor = zeros(gpu.device, [2]);
    for (const value of [true, false]) expect(set(tensor, 'requiresGrad', value).requiresGrad).toBe(value);
    for (const wrong of ['yes', 1, null, undefined, {}]) {
      expect(() => set(tensor, 'requiresGrad', wrong)).toThrow(ArgumentError);
    }
    expect(() => set(tensor, 'requiresGrad', 'yes')).toThrow(
      "tensor [2]: requiresGrad is 'yes'; it must be true or false",
    );
    expect(tensor.requiresGrad).toBe(false);
  });

  it('is false for integers', () => {
    const labels = from(gpu.device, [1, 2], 'u32');
    set(labels, 'requiresGrad', false);
    expect(() => set(labels, 'requiresGrad', true)).toThrow(
      'tensor [2]: requiresGrad is true; it must be false for a tensor of type u32: only floats have gradients',
    );
  });
});

describe('grad', () => {
  it('is null or a tensor of the same shape and type on the same device', async () => {
    const tensor = zeros(gpu.device, [2]);
    const grad = from(gpu.device, [1, 2]);
    expect(set(tensor, 'grad', grad).grad).toBe(grad);
    for (const wrong of ['x', 1, undefined, {}, [1, 2], from(gpu.device, [1, 2], 'u32')]) {
      expect(() => set(tensor, 'grad', wrong), String(wrong)).toThrow(ArgumentError);
    }
    expect(() => set(tensor, 'grad', zeros(gpu.device, [1, 2]))).toThrow(ShapeError);
    if (gpu.device.has('shader-f16')) {
      expect(() => set(tensor, 'grad', cast(grad, 'f16'))).toThrow('has elements of type f16, expected f32');
    }
    const other = await Device.create();
    expect(() => set(tensor, 'grad', zeros(other, [2]))).toThrow('grad is on another device');
    other.destroy();
    expect(tensor.grad).toBe(grad);
    expect(set(tensor, 'grad', null).grad).toBeNull();
  });
});
