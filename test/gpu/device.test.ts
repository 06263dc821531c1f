import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ArgumentError, DawngradError } from '../../src/errors/errors.js';
import { Device } from '../../src/gpu/device.js';
import {
  AdapterError,
  DeviceLostError,
  fromGpuError,
  GpuValidationError,
  LimitError,
  OutOfMemoryError,
} from '../../src/gpu/gpu-errors.js';
import type { Memory } from '../../src/gpu/memory/memory.js';
import type { DeviceOptions } from '../../src/gpu/open-device.js';
import type { Launch } from '../../src/gpu/program/launch.js';
import { relu } from '../../src/kernels/elementwise/relu.js';
import { filled } from '../../src/kernels/fill.js';
import { from, full } from '../../src/tensor/create.js';
import type { Tensor } from '../../src/tensor/tensor.js';
import { useDevice } from '../support/device.js';

/** A launch of the kernel `fill` that is right, but for what a test changes. */
const fillLaunch = (y: Memory, change: Partial<Launch> = {}): Launch => ({
  label: 'test.fill',
  shader: 'fill.wgsl',
  entryPoint: 'fill',
  constants: {},
  access: ['write'],
  operands: [y],
  params: Uint32Array.of(4, 0).buffer as ArrayBuffer,
  grid: [1, 1, 1],
  ...change,
});

describe('Device.create', () => {
  const refusals: [string, DeviceOptions, new (...given: never[]) => DawngradError, RegExp][] = [
    ["Dawn's Null backend", { backend: 'null' }, AdapterError, /backend "null": found none that computes/],
    [
      'an unknown backend',
      { backend: 'abacus' },
      AdapterError,
      /^looking .* with backend "abacus": unrecognised .*vulkan.*$/,
    ],
    [
      'an adapter that is not there',
      { adapter: 'abacus' },
      AdapterError,
      /^looking .* with adapter "abacus": there is none; found \S.* \(\w+\)$/,
    ],
    [
      'an unknown precision',
      { precision: 'double' as 'medium' },
      ArgumentError,
      /^Device.create: precision is 'double'; it must be 'highest' or 'high' or 'medium'$/,
    ],
    ['an unknown limit', { limits: { maxHope: 1 } }, ArgumentError, /WebGPU has no limit called "maxHope"/],
    ['a limit by the name of a method', { limits: { constructor: 1 } }, ArgumentError, /no limit called/],
    [
      'more than the adapter has',
      { limits: { maxComputeWorkgroupsPerDimension: 2 ** 31 } },
      LimitError,
      /maxComputeWorkgroupsPerDimension 2147483648 asked for, the adapter offers \d+$/,
    ],
    ['a limit of NaN', { limits: { maxBufferSize: Number.NaN } }, ArgumentError, /maxBufferSize is NaN/],
    [
      'a list of features',
      { features: [] as unknown as 'none' },
      ArgumentError,
      /features is .*; it must be 'none'/,
    ],
    ['a limit below 0', { limits: { maxBufferSize: -1 } }, ArgumentError, /maxBufferSize is -1; it must be/],
  ];
  const outcomes = new Map<string, unknown>();
  beforeAll(async () => {
    for (const [what, options] of refusals) {
      outcomes.set(what, await Device.create(options).catch((error) => error));
    }
  });

  it.each(refusals)('refuses %s', (what, _, type, message) => {
    expect(outcomes.get(what)).toBeInstanceOf(type);
    expect((outcomes.get(what) as Error).message).toMatch(message);
  });

  describe('by default', () => {
    const gpu = useDevice();
    it('takes all that the adapter has, and seed 0', () => {
      expect(gpu.device.seed).toBe(0);
      expect(gpu.device.adapter.name).not.toBe('');
      expect(gpu.device.adapter.subgroupSize.min).toBeGreaterThan(0);
      expect(gpu.device.has('timestamp-query')).toBe(gpu.device.gpu.features.has('timestamp-query'));
      expect(gpu.device.has('no such feature' as GPUFeatureName)).toBe(false);
      expect(() => gpu.device.check()).not.toThrow();
    });
  });

  describe('with options', () => {
    const minimum = useDevice({ limits: 'minimum', seed: 42 });
    const one = useDevice({ limits: { maxComputeInvocationsPerWorkgroup: 256 } });
    const all = useDevice();
    const bare = useDevice({ features: 'none' });

    it('without features, has none that is optional in WebGPU', () => {
      const optional = [...bare.device.gpu.features].filter((name) => name !== 'core-features-and-limits');
      expect(optional).toEqual([]);
      expect(bare.device.has('timestamp-query')).toBe(false);
    });

    it("asked for the 'minimum', gives what WebGPU guarantees and no more", () => {
      expect(minimum.device.seed).toBe(42);
      expect(minimum.device.limits).toMatchObject({
        maxStorageBufferBindingSize: 2 ** 27,
        maxBufferSize: 2 ** 28,
        maxStorageBuffersPerShaderStage: 8,
        maxComputeWorkgroupStorageSize: 16384,
        maxComputeInvocationsPerWorkgroup: 256,
        maxComputeWorkgroupsPerDimension: 65535,
      });
    });

    it('asked for one limit, gives that, and of the others all there is', () => {
      const { maxBufferSize, maxComputeWorkgroupStorageSize } = all.device.limits;
      expect(one.device.limits).toMatchObject({
        maxComputeInvocationsPerWorkgroup: 256,
        maxBufferSize,
        maxComputeWorkgroupStorageSize,
      });
    });
  });

  describe('again and again', () => {
    const sums: number[] = [];
    beforeAll(async () => {
      for (let i = 0; i < 10; i++) {
        const device = await Device.create();
        sums.push(await relu(full(device, [1], i)).item());
        device.destroy();
      }
    });
    it('gives devices that work', () => {
      expect(sums).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    });
  });
});

describe('launch', () => {
  const gpu = useDevice();

  it('refuses a grid that is too long in any dimension, before the GPU sees it', async () => {
    const most = gpu.device.limits.maxComputeWorkgroupsPerDimension;
    const { memory } = from(gpu.device, [0, 0, 0, 0]);
    for (const grid of [[most + 1, 1, 1] as const, [1, most + 1, 1] as const, [1, 1, most + 1] as const]) {
      const launch = () => gpu.device.launch(fillLaunch(memory, { grid }));
      expect(launch).toThrow(LimitError);
      expect(launch).toThrow(`test.fill: a grid of ${grid.join(' x ')} workgroups exceeds`);
    }
    expect(gpu.device.pending).toBe(0);
    await gpu.device.synchronize();
  });

  it('refuses memory that is written and also bound elsewhere', async () => {
    const { memory } = from(gpu.device, [0, 0, 0, 0]);
    const { memory: other } = from(gpu.device, [0, 0, 0, 0]);
    const launch = (access: Launch['access'], operands: Memory[]) => () =>
      gpu.device.launch(fillLaunch(memory, { access, operands, label: 'twice' }));
    expect(launch(['read', 'write'], [memory, memory])).toThrow('twice: writes to memory that it was also');
    expect(launch(['write', 'read', 'write'], [memory, other, memory])).toThrow(DawngradError);
    const y = from(gpu.device, [1, -1]);
    expect(await relu(y).toArray()).toEqual(Float32Array.of(1, 0));
  });

  it('does nothing for an empty grid', async () => {
    const y = from(gpu.device, [1, 2, 3, 4]);
    gpu.device.launch(fillLaunch(y.memory, { grid: [0, 1, 1] }));
    expect(gpu.device.pending).toBe(0);
    expect(await y.toArray()).toEqual(Float32Array.of(1, 2, 3, 4));
  });

  it('records; flush submits, and so does every 128th launch', () => {
    filled(gpu.device, [1], 1);
    expect(gpu.device.pending).toBe(1);
    gpu.device.flush();
    expect(gpu.device.pending).toBe(0);
    for (let i = 0; i < 127; i++) filled(gpu.device, [1], i);
    expect(gpu.device.pending).toBe(127);
    filled(gpu.device, [1], 127);
    expect(gpu.device.pending).toBe(0);
  });

  it('comes after what the host wrote before it, and before what it writes after', async () => {
    const x = from(gpu.device, [1, -2]);
    const before = relu(x);
    x.write(Float32Array.of(-3, 4));
    const between = relu(x);
    const reading = x.toArray();
    x.write(Float32Array.of(5, 6));
    const after = relu(x);
    expect(await after.toArray()).toEqual(Float32Array.of(5, 6));
    expect(await reading).toEqual(Float32Array.of(-3, 4));
    expect(await between.toArray()).toEqual(Float32Array.of(0, 4));
    expect(await before.toArray()).toEqual(Float32Array.of(1, 0));
  });
});

describe.each<[string, (device: Device, y: Tensor) => Launch]>([
  [
    'a buffer that is too small',
    (device) => {
      const buffer = device.gpu.createBuffer({ label: 'small', size: 2, usage: GPUBufferUsage.STORAGE });
      return fillLaunch({ buffer, offset: 0, size: 2 });
    },
  ],
  [
    'too few parameters',
    (device, y) =>
      fillLaunch(y.memory, {
        shader: 'elementwise/elementwise.wgsl',
        entryPoint: 'flat',
        access: ['read', 'read', 'write'],
        operands: [from(device, [1]), from(device, [2]), y].map(({ memory }) => memory),
        params: new ArrayBuffer(4),
      }),
  ],
  ['a wrong access', (_, y) => fillLaunch(y.memory, { access: ['read'] })],
  ['no such entry point', (_, y) => fillLaunch(y.memory, { entryPoint: 'flood' })],
  ['too few buffers', (_, y) => fillLaunch(y.memory, { operands: [] })],
  ['too large a workgroup', (_, y) => fillLaunch(y.memory, { constants: { WORKGROUP: 1e6 } })],
])('a launch with %s', (_, launch) => {
  const gpu = useDevice();
  const reader = useDevice();

  it('is a typed error with the name of the op, at synchronize and ever after', async () => {
    const y = from(gpu.device, [1, 2, 3, 4]);
    gpu.device.launch(launch(gpu.device, y));
    const failed = gpu.device.synchronize();
    await expect(failed).rejects.toThrow(GpuValidationError);
    await expect(failed).rejects.toThrow('"test.fill": WebGPU refused it; this is a bug in dawngrad');
    expect(() => relu(y)).toThrow(GpuValidationError);
    expect(() => y.write(Float32Array.of(1, 2, 3, 4))).toThrow(GpuValidationError);
    await expect(y.toArray()).rejects.toThrow(GpuValidationError);
  });

  it('fails the read-back that follows, which neither hangs nor gives numbers', async () => {
    const y = from(reader.device, [1, 2, 3, 4]);
    reader.device.launch(launch(reader.device, y));
    await expect(y.toArray()).rejects.toThrow('"test.fill"');
  });
});

describe('fromGpuError', () => {
  useDevice();

  it.each([
    ['[Invalid BindGroup "relu"] is invalid', '"relu"'],
    ['[Buffer "params"] is too small for [ComputePipeline "relu"]', '"relu"'],
    ['[ShaderModule "elementwise/relu.wgsl"] has no "x"', '"elementwise/relu.wgsl"'],
    ['[Texture "relu"] is none', 'a command'],
  ])('finds the most telling name in %j', (message, name) => {
    const error = fromGpuError(new GPUValidationError(message));
    expect(error).toBeInstanceOf(GpuValidationError);
    expect(error.message.startsWith(`${name}: WebGPU refused it`)).toBe(true);
  });

  it('tells memory from mistakes, in one line', () => {
    const error = fromGpuError(new GPUOutOfMemoryError('no room for [Buffer "x"]\n - While trying\n'));
    expect(error).toBeInstanceOf(OutOfMemoryError);
    expect(error.message).toBe(
      '"x": the device is out of memory. Use a smaller batch. (no room for [Buffer "x"] - While trying)',
    );
  });
});

describe('a destroyed device', () => {
  let device: Device;
  let x: Tensor;
  let pending: Promise<unknown>;
  beforeAll(async () => {
    device = await Device.create();
    x = from(device, [1, 2, 3]);
    pending = relu(x)
      .toArray()
      .catch((error) => error);
    device.destroy();
  });
  afterAll(() => device.destroy());

  it.each<[string, () => unknown]>([
    ['an op', () => relu(x)],
    ['a new tensor', () => from(device, [1])],
    ['a write', () => x.write(Float32Array.of(4, 5, 6))],
    ['toArray', () => x.toArray()],
    ['synchronize', () => device.synchronize()],
    ['check', () => device.check()],
  ])('refuses %s', async (_, use) => {
    const outcome = (async () => use())();
    await expect(outcome).rejects.toThrow(DeviceLostError);
    await expect(outcome).rejects.toThrow('is gone: device.destroy() was called');
  });

  it('ends the read-backs that were under way', async () => {
    expect(await pending).toBeInstanceOf(DeviceLostError);
  });

  it('may be destroyed again, and its tensors disposed of', () => {
    const { used } = device.memory;
    device.destroy();
    x.dispose();
    expect(device.memory.used).toBe(used - 256);
  });
});
