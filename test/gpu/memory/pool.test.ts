import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LimitError, OutOfMemoryError } from '../../../src/gpu/gpu-errors.js';
import { BufferPool, sizeClass } from '../../../src/gpu/memory/pool.js';
import { relu } from '../../../src/kernels/elementwise/relu.js';
import { filled } from '../../../src/kernels/fill.js';
import { from, zeros } from '../../../src/tensor/create.js';
import { useDevice } from '../../support/device.js';

const sizes = fc.oneof(fc.integer({ min: 0, max: 5000 }), fc.integer({ min: 0, max: 2 ** 40 }));

describe('sizeClass', () => {
  it('is at least the size, wastes at most a quarter of it above 256 bytes, and can be bound', () => {
    const property = fc.property(sizes, (size) => {
      const rounded = sizeClass(size);
      expect(rounded).toBeGreaterThanOrEqual(Math.max(size, 256));
      expect(rounded % 4).toBe(0);
      if (size > 256) expect(rounded).toBeLessThanOrEqual(1.25 * size);
    });
    fc.assert(property, { seed: 1, numRuns: 1000 });
  });

  it('grows with the size, and a class is its own class', () => {
    const property = fc.property(sizes, sizes, (a, b) => {
      expect(sizeClass(Math.min(a, b))).toBeLessThanOrEqual(sizeClass(Math.max(a, b)));
      expect(sizeClass(sizeClass(a))).toBe(sizeClass(a));
    });
    fc.assert(property, { seed: 1, numRuns: 1000 });
  });

  it('has four classes to a power of two', () => {
    const classes = new Set(Array.from({ length: 1024 }, (_, i) => sizeClass(1025 + i)));
    expect([...classes]).toEqual([1280, 1536, 1792, 2048]);
  });
});

describe('BufferPool', () => {
  const gpu = useDevice();
  const newPool = () => new BufferPool(gpu.device.gpu);

  it('hands out again what was released, to those who need that class only', () => {
    const pool = newPool();
    const [a, b] = [pool.acquire(1000, 'a'), pool.acquire(1000, 'b')];
    expect(a).not.toBe(b);
    pool.release(a);
    expect(pool.acquire(2000, 'c')).not.toBe(a);
    expect(pool.acquire(1020, 'd')).toBe(a);
  });

  it('counts what is used, what is free, and the most there was of both', () => {
    const pool = newPool();
    const [a, b] = [pool.acquire(1000, 'a'), pool.acquire(300, 'b')];
    expect(pool.memory).toEqual({ used: 1024 + 320, free: 0, peak: 1344 });
    pool.release(a);
    expect(pool.memory).toEqual({ used: 320, free: 1024, peak: 1344 });
    pool.release(b);
    pool.acquire(1024, 'a again');
    expect(pool.memory).toEqual({ used: 1024, free: 320, peak: 1344 });
    pool.acquire(5000, 'c');
    expect(pool.memory).toEqual({ used: 1024 + 5120, free: 320, peak: 6464 });
  });

  it('gives back what is free when trimmed, and keeps what is used', () => {
    const pool = newPool();
    const [a, b] = [pool.acquire(1000, 'a'), pool.acquire(300, 'b')];
    pool.release(a);
    pool.trim();
    expect(pool.memory).toEqual({ used: 320, free: 0, peak: 1344 });
    expect(pool.acquire(1000, 'c')).not.toBe(a);
    pool.release(b);
    expect(pool.acquire(300, 'd')).toBe(b);
  });
});

describe('a pool that knows how much there is', () => {
  const fake = () => {
    const createBuffer = ({ size }: GPUBufferDescriptor) => ({ size, destroy() {} });
    const limits = { maxStorageBufferBindingSize: 5000, maxBufferSize: 5000 };
    return new BufferPool({ limits, createBuffer } as unknown as GPUDevice, 4096);
  };

  it('hands out no more than that, and says what it lacks; afterwards it is as before', () => {
    const pool = fake();
    pool.acquire(3000, 'weights');
    const before = pool.memory;
    expect(() => pool.acquire(2000, 'activations')).toThrow(OutOfMemoryError);
    expect(() => pool.acquire(2000, 'activations')).toThrow(
      'activations: needs 2048 bytes; the device has 4096, and 3072 of them are in use. Use a smaller batch.',
    );
    expect(pool.memory).toEqual(before);
    expect(pool.acquire(1000, 'less').size).toBe(1024);
  });

  it('has room again once what is free is given back', () => {
    const pool = fake();
    pool.release(pool.acquire(3000, 'a'));
    expect([pool.hasRoom(3000), pool.hasRoom(2000)]).toEqual([true, false]);
    pool.trim();
    expect(pool.acquire(2000, 'b').size).toBe(2048);
  });
});

describe('the pool of a device', () => {
  const gpu = useDevice({ limits: 'minimum' });

  it('refuses a tensor that one binding cannot hold, with the numbers', () => {
    const most = gpu.device.limits.maxStorageBufferBindingSize;
    const before = gpu.device.memory;
    expect(() => zeros(gpu.device, [most / 4 + 1])).toThrow(LimitError);
    expect(() => zeros(gpu.device, [1e6, 1e6])).toThrow(
      `tensor [1000000, 1000000]: needs 4000000000000 bytes in one buffer, this device allows ${most} (maxStorageBufferBindingSize)`,
    );
    expect(gpu.device.memory).toEqual(before);
  });

  it('holds the largest tensor that may be bound, though its class would be larger', async () => {
    const pool = new BufferPool({
      limits: { maxStorageBufferBindingSize: 1100, maxBufferSize: 5000 },
      createBuffer: ({ size }: GPUBufferDescriptor) => ({ size }),
    } as unknown as GPUDevice);
    expect(pool.acquire(1100, 'largest').size).toBe(1100);
    expect(() => pool.acquire(1101, 'larger')).toThrow('larger: needs 1101 bytes');
  });

  it('may hand out a buffer that recorded work still reads: the kernels of its new owner come after', async () => {
    const a = filled(gpu.device, [1000], 1);
    const y = relu(a);
    const { buffer } = a;
    a.dispose();
    const b = filled(gpu.device, [1000], 5);
    expect(b.buffer).toBe(buffer);
    expect(gpu.device.pending).toBeGreaterThan(0);
    expect(new Set(await y.toArray())).toEqual(new Set([1]));
    expect(new Set(await b.toArray())).toEqual(new Set([5]));
  });

  it('may hand it out to be filled from the host, too', async () => {
    const a = from(gpu.device, [1, 2]);
    const y = relu(a);
    const { buffer } = a;
    a.dispose();
    const b = from(gpu.device, [3, 4]);
    expect(b.buffer).toBe(buffer);
    expect(await y.toArray()).toEqual(Float32Array.of(1, 2));
  });

  it('can be trimmed while recorded work uses what is free', async () => {
    const a = filled(gpu.device, [3000], 2);
    const y = relu(a);
    a.dispose();
    gpu.device.trim();
    expect(gpu.device.memory.free).toBe(0);
    expect(new Set(await y.toArray())).toEqual(new Set([2]));
  });
});
