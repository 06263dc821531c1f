import { describe, expect, it } from 'vitest';
import { ArgumentError, DawngradError } from '../../src/errors/errors.js';
import { relu } from '../../src/kernels/elementwise/relu.js';
import { defineKernel, ENOUGH_WORKGROUPS, launch, linearGrid } from '../../src/kernels/kernel.js';
import { normalise } from '../../src/kernels/normalisation/batch-norm.js';
import { planeGrid } from '../../src/kernels/planes.js';
import { from } from '../../src/tensor/create.js';
import { type DType, Tensor } from '../../src/tensor/tensor.js';
import { expectClose } from '../support/close.js';
import { useDevice } from '../support/device.js';
import { SINGLE } from '../support/expect-op.js';
import { useHalves } from '../support/halves.js';

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
    const y = normalise(x, { mean: zero, variance: quarter }, quarter, half, { eps: 0 });
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
    const x = new Tensor(one.device, [2, 3]);
    const perChannel = new Tensor(one.device, [3]);
    const strange = new Tensor(other.device, [3]);
    const statistics = { mean: perChannel, variance: perChannel };
    expect(() => normalise(x, statistics, perChannel, strange, { eps: 0 })).toThrow(
      / and beta are on different devices/,
    );
  });

  const careless = defineKernel({
    name: 'careless',
    shader: new URL('../support/careless.wgsl', import.meta.url),
    entryPoint: 'careless',
    bindings: { x: 'read', y: 'write' },
    params: { size: 'u32' },
    grid: ({ size }) => linearGrid(size),
  });
  const tensor = (dtype: DType) => new Tensor(one.device, [3], dtype);

  it.each(['x', 'y'])('refuses integers as %s, where the shader has floats', (name) => {
    const operands = { x: tensor('f32'), y: tensor('f32'), [name]: tensor('u32') };
    expect(() => launch(careless, operands, { size: 3 })).toThrow(
      new DawngradError(`careless: ${name} is u32, and this kernel takes f32 there`),
    );
  });

  it.each(['words', 'pairs', 'many'])("refuses floats as %s, where a user's shader has integers", (name) => {
    const integers = defineKernel({
      ...{ name: 'integers', entryPoint: 'integers', params: { size: 'u32' } },
      shader: new URL('../support/integers.wgsl', import.meta.url),
      bindings: { words: 'read', pairs: 'read', many: 'write' },
      grid: ({ size }) => linearGrid(size),
    });
    const operands = { words: tensor('u32'), pairs: tensor('u32'), many: tensor('u32') };
    launch(integers, operands, { size: 1 });
    const kind = name === 'many' ? 'i32' : 'u32';
    expect(() => launch(integers, { ...operands, [name]: tensor('f32') }, { size: 1 })).toThrow(
      new DawngradError(`integers: ${name} is f32, and this kernel takes ${kind} there`),
    );
  });

  it('refuses operands and parameters that the kernel has not', () => {
    const operands = { x: tensor('f32'), y: tensor('f32') };
    const more = { ...operands, z: tensor('f32') };
    expect(() => launch(careless, more, { size: 3 })).toThrow(
      new ArgumentError('careless', 'z', 'is not an operand', 'there are x, y'),
    );
    const sizes = { size: 3, foo: 1 };
    expect(() => launch(careless, operands, sizes)).toThrow(
      new ArgumentError('careless', 'foo', 'is not a parameter', 'there is size'),
    );
  });

  it.each([2 ** 32 + 1, -1, 1.5, Number.NaN])('refuses %d for a u32', (size) => {
    const must = 'it must be a whole number of at least 0 and below 2^32';
    expect(() => launch(careless, { x: tensor('f32'), y: tensor('f32') }, { size })).toThrow(
      new ArgumentError('careless', 'size', `is ${size}`, must),
    );
  });

  it('takes any i32, and no other number for one', () => {
    const kernel = defineKernel({
      ...{ name: 'planes', shader: 'elementwise/relu.wgsl', entryPoint: 'forward' },
      bindings: { x: 'read', y: 'write' },
      params: { planes: 'i32' },
      grid: () => [1, 1, 1],
    });
    const launched = (planes: number) => () =>
      one.device.plan(() => launch(kernel, { x: tensor('f32'), y: tensor('f32') }, { planes }));
    for (const planes of [-(2 ** 31), -1, 2 ** 31 - 1]) expect(launched(planes)).not.toThrow();
    for (const planes of [2 ** 31, -(2 ** 31) - 1, 0.5]) expect(launched(planes)).toThrow(ArgumentError);
  });
});

describe('a declaration', () => {
  it.each(['examples/swish.wgsl', 'pools', 'https://example.org/swish.wgsl'])(
    'refuses the shader %s, which is no file of the engine',
    (shader) => {
      const define = () =>
        defineKernel({
          ...{ name: 'swish', shader, entryPoint: 'forward', bindings: { x: 'read', y: 'write' } },
          ...{ params: { size: 'u32' }, grid: ({ size }) => linearGrid(size) },
        });
      expect(define).toThrow(DawngradError);
      expect(define).toThrow(
        `swish: the engine has no shaders/${shader}; for a file of yours give its address`,
      );
    },
  );
});

describe('the types that a launch stores', () => {
  const gpu = useHalves();
  const kernel = defineKernel({
    name: 'test',
    shader: 'elementwise/dropout.wgsl',
    entryPoint: 'dropout',
    bindings: { x: 'read', key: 'read', y: 'write' },
    storage: { Stored: ['x', 'y'] },
    params: { size: 'u32', threshold: 'u32', scale: 'f32' },
    grid: ({ size }) => linearGrid(size),
    cost: ({ size }, { Stored }) => ({ flops: size, bytes: 2 * size * Stored }),
  });
  const PARAMS = { size: 3, threshold: 0, scale: 2 };
  const launched = (x: Tensor, key: Tensor, y: Tensor) =>
    gpu.device.plan(() => launch(kernel, { x, key, y }, PARAMS)).launches[0];
  const tensor = (dtype: DType) => new Tensor(gpu.device, [3], dtype);

  it('are those of its tensors, and the shader is told of halves only', () => {
    const key = tensor('u32');
    expect(launched(tensor('f32'), key, tensor('f32'))).toMatchObject({ constants: {}, cost: { bytes: 24 } });
    expect(launched(tensor('f16'), key, tensor('f16'))).toMatchObject({
      constants: { Stored: 'f16' },
      cost: { bytes: 12 },
    });
  });

  it('are one for each alias, and what has none takes no halves', () => {
    const key = tensor('u32');
    expect(() => launched(tensor('f16'), key, tensor('f32'))).toThrow(
      new DawngradError('test: x is f16 and y is f32; they must be of one type, so cast one of them'),
    );
    expect(() => launched(tensor('u32'), key, tensor('u32'))).toThrow(
      'test: x is u32; this kernel takes f32 or f16',
    );
    expect(() => launched(tensor('f32'), tensor('f16'), tensor('f32'))).toThrow(
      'test: key is f16, and this kernel takes no halves there; cast it to f32',
    );
  });

  it('have pipelines of their own', async () => {
    const key = from(gpu.device, [1, 2], 'u32');
    for (const dtype of ['f32', 'f16', 'f32'] as const) {
      const x = from(gpu.device, [1, 2, 3], dtype);
      const y = tensor(dtype);
      launch(kernel, { x, key, y }, PARAMS);
      expect(await y.toArray()).toEqual(Float32Array.of(2, 4, 6));
    }
  });

  it('matter not of a binding without a tensor, for which another stands in', async () => {
    const x = from(gpu.device, [1, 2, 3], 'f16');
    const y = tensor('f16');
    launch(kernel, { x, key: undefined, y }, PARAMS);
    expect(await y.toArray()).toEqual(Float32Array.of(2, 4, 6));
  });
});
