import { describe, expect, it } from 'vitest';
import { ArgumentError, DawngradError, ShapeError } from '../../src/errors/errors.js';
import { from, fromArray, full, zeros } from '../../src/tensor/create.js';
import { Tensor } from '../../src/tensor/tensor.js';
import { useDevice } from '../support/device.js';

const gpu = useDevice();

describe('write', () => {
  it('overwrites all values', async () => {
    const x = zeros(gpu.device, [2, 2]);
    expect(x.write(Float32Array.of(1, 2, 3, 4))).toBe(x);
    expect(await x.toArray()).toEqual(Float32Array.of(1, 2, 3, 4));
  });

  it('refuses another number of values, or values of another type', () => {
    const x = zeros(gpu.device, [2, 3]);
    expect(() => x.write(new Float32Array(5))).toThrow(
      new ShapeError('writing a tensor [2, 3]', 'expected 6 values, got 5'),
    );
    expect(() => x.write(new Uint32Array(6))).toThrow(
      new ArgumentError(
        'writing a tensor [2, 3] of type f32',
        'values',
        'are a Uint32Array, expected a Float32Array',
      ),
    );
    expect(() => zeros(gpu.device, [1], 'u32').write(new Float32Array(1))).toThrow('expected a Uint32Array');
  });
});

describe('toArray and item', () => {
  it('read the values, and only those', async () => {
    expect(await from(gpu.device, [[1, -2.5]]).toArray()).toEqual(Float32Array.of(1, -2.5));
    expect(await from(gpu.device, [7], 'u32').toArray()).toEqual(Uint32Array.of(7));
    expect(await from(gpu.device, [[[2.5]]]).item()).toBe(2.5);
    expect(await from(gpu.device, [2 ** 32 - 1], 'u32').item()).toBe(2 ** 32 - 1);
  });

  it.each([[[2]], [[0]], [[1, 3]]])('item refuses a tensor %j', async (shape) => {
    const x = zeros(gpu.device, shape);
    await expect(x.item()).rejects.toThrow(
      `item: a tensor [${shape.join(', ')}] has ${x.size} elements, item() reads exactly one`,
    );
  });

  it('may be under way many at a time', async () => {
    const tensors = Array.from({ length: 50 }, (_, i) => full(gpu.device, [3], i));
    const values = await Promise.all(tensors.map((tensor) => tensor.toArray()));
    expect(values.map(([value]) => value)).toEqual(tensors.map((_, i) => i));
  });

  it('give what the values were when they were called', async () => {
    const x = from(gpu.device, [1]);
    const reading = x.item();
    x.write(Float32Array.of(2));
    const again = x.item();
    x.dispose();
    full(gpu.device, [1], 3);
    expect([await reading, await again]).toEqual([1, 2]);
  });
});

describe('part', () => {
  const numbers = () =>
    fromArray(
      gpu.device,
      Float32Array.from({ length: 200 }, (_, i) => i),
      [200],
    );

  it('is a tensor over a part of the memory, which it keeps', async () => {
    const whole = numbers();
    const part = whole.part(64, [2, 3]);
    expect(await part.toArray()).toEqual(Float32Array.of(64, 65, 66, 67, 68, 69));
    part.write(new Float32Array(6));
    const values = await whole.toArray();
    expect([values[63], ...values.subarray(64, 70), values[70]]).toEqual([63, 0, 0, 0, 0, 0, 0, 70]);
    const { used } = gpu.device.memory;
    whole.dispose();
    expect(gpu.device.memory.used).toBe(used);
    part.dispose();
    expect(gpu.device.memory.used).toBeLessThan(used);
  });

  it('begins at a multiple of 64 elements, and lies within', () => {
    expect(() => numbers().part(8, [2])).toThrow(
      'part: [2] from element 8 of a tensor [200]; it must begin at',
    );
    expect(() => numbers().part(192, [3, 3])).toThrow('part: [3, 3] from element 192 of a tensor [200]');
  });

  it('can become the memory of a tensor, whose values move there', async () => {
    const whole = numbers();
    const x = from(gpu.device, [-1, -2]);
    const before = x.buffer;
    x.moveInto(whole, 128);
    expect(x.buffer).toBe(whole.buffer);
    expect(x.buffer).not.toBe(before);
    expect(await x.toArray()).toEqual(Float32Array.of(-1, -2));
    expect((await whole.toArray()).subarray(127, 131)).toEqual(Float32Array.of(127, -1, -2, 130));
    x.moveInto(whole, 0);
    expect((await whole.toArray()).subarray(0, 3)).toEqual(Float32Array.of(-1, -2, 2));
  });
});

describe('a tensor without elements', () => {
  it('can be made, viewed, written and read', async () => {
    const x = zeros(gpu.device, [0, 3]);
    expect(x.size).toBe(0);
    expect(await x.write(new Float32Array(0)).toArray()).toEqual(new Float32Array(0));
    expect(x.view([3, 0]).shape).toEqual([3, 0]);
    expect(await zeros(gpu.device, [0], 'u32').toArray()).toEqual(new Uint32Array(0));
  });
});

describe('view', () => {
  it('is another shape of the same memory', async () => {
    const x = from(gpu.device, [1, 2, 3, 4, 5, 6]);
    const view = x.view([2, -1]);
    expect(view).toMatchObject({ shape: [2, 3], dtype: 'f32' });
    expect(view.buffer).toBe(x.buffer);
    view.write(Float32Array.of(6, 5, 4, 3, 2, 1));
    expect(await x.toArray()).toEqual(Float32Array.of(6, 5, 4, 3, 2, 1));
    expect(from(gpu.device, [1], 'u32').view([]).dtype).toBe('u32');
  });

  it('shares: each knows of the other, as long as there is one', () => {
    const x = zeros(gpu.device, [4]);
    expect(x.shared).toBe(false);
    const view = x.view([2, 2]);
    expect([x.shared, view.shared]).toEqual([true, true]);
    x.dispose();
    expect(view.shared).toBe(false);
  });

  it('keeps the memory until the last one lets go', async () => {
    const before = gpu.device.memory.used;
    const x = from(gpu.device, [1, 2, 3, 4]);
    const view = x.view([2, 2]);
    const viewOfView = view.view([4, 1]);
    x.dispose();
    view.dispose();
    expect(gpu.device.memory.used).toBe(before + 256);
    const reading = viewOfView.toArray();
    viewOfView.dispose();
    // Before anything is awaited: the garbage collector may give back the tensors of other tests then.
    expect(gpu.device.memory.used).toBe(before);
    expect(await reading).toEqual(Float32Array.of(1, 2, 3, 4));
  });

  it('that is refused holds nothing', () => {
    const before = gpu.device.memory.used;
    const x = zeros(gpu.device, [4]);
    expect(() => x.view([3])).toThrow('reshape: [4] has 4 elements and cannot become [3]');
    expect(() => x.view([-2, -2])).toThrow(ShapeError);
    x.dispose();
    expect(gpu.device.memory.used).toBe(before);
  });
});

describe('dispose', () => {
  it('gives the memory back once, however often it is called', () => {
    const before = gpu.device.memory.used;
    const [x, y] = [zeros(gpu.device, [100]), zeros(gpu.device, [100])];
    x.dispose();
    x.dispose();
    expect(x.disposed).toBe(true);
    expect(y.disposed).toBe(false);
    expect(gpu.device.memory.used).toBe(before + 448);
    y.dispose();
    expect(gpu.device.memory.used).toBe(before);
  });

  it('makes every use an error that says what to do', async () => {
    const x = zeros(gpu.device, [2, 3]);
    x.dispose();
    const error = new DawngradError(
      'using a tensor [2, 3] that was disposed of; return it from tidy(), or keep() it, to use it after',
    );
    expect(() => x.buffer).toThrow(error);
    expect(() => x.shared).toThrow(error);
    expect(() => x.view([6])).toThrow(error);
    expect(() => x.write(new Float32Array(6))).toThrow(error);
    await expect(x.toArray()).rejects.toThrow(error);
    expect(x.shape).toEqual([2, 3]);
  });
});

describe('new Tensor', () => {
  it('owns its shape', () => {
    const shape = [2, 3];
    const x = new Tensor(gpu.device, shape);
    shape[0] = 7;
    expect(x.shape).toEqual([2, 3]);
  });

  it('needs no gradient, and has none', () => {
    expect(zeros(gpu.device, [1])).toMatchObject({ requiresGrad: false, grad: null, node: undefined });
  });

  it.each([[[-1]], [[1.5]]])('refuses the shape %j', (shape) => {
    expect(() => new Tensor(gpu.device, shape)).toThrow('creating a tensor: ');
  });
});
