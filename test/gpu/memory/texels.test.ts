import { basename } from 'node:path';
import { describe, expect, it } from 'vitest';
import { add } from '../../../src/autograd/ops/elementwise/add.js';
import { OutOfMemoryError } from '../../../src/gpu/gpu-errors.js';
import {
  type MemoryCount,
  MOST_NUMBERS,
  TEXELS,
  Texels,
  textureSize,
  WIDTH,
} from '../../../src/gpu/memory/texels.js';
import { readShader } from '../../../src/gpu/shaders/shader.js';
import { defineKernel, launch } from '../../../src/kernels/kernel.js';
import { from } from '../../../src/tensor/create.js';
import { Tensor } from '../../../src/tensor/tensor.js';
import { useDevice } from '../../support/device.js';

const gpu = useDevice();

const kernel = defineKernel({
  name: 'spread',
  shader: new URL('../../support/texels.wgsl', import.meta.url),
  entryPoint: 'spread',
  bindings: { x: 'texels', y: 'write' },
  params: { size: 'u32' },
  grid: ({ size }) => [Math.ceil(size / 256), 1, 1],
});

/** What the kernel finds in the texels of x. */
function spread(x: Tensor): Tensor {
  const y = new Tensor(x.device, x.shape);
  launch(kernel, { x, y }, { size: x.size });
  return y;
}

const counting = (size: number, first = 0) => Array.from({ length: size }, (_, index) => first + index);
const read = async (y: Tensor) => [...(await y.toArray())];

describe('texels', () => {
  const ROW = 4 * WIDTH;

  it.each([4, 20, ROW, ROW + 4, 3 * ROW, 3 * ROW + 12])(
    'are %i numbers in the order of memory',
    async (size) => {
      const numbers = counting(size, 0.5);
      expect(await read(spread(from(gpu.device, numbers)))).toEqual(numbers);
    },
  );

  it('are what memory holds when the launch runs, whoever had the texture before', async () => {
    const [small, large] = [from(gpu.device, counting(8, 1)), from(gpu.device, counting(2 * ROW, 100))];
    const first = spread(small);
    const second = spread(large);
    const third = spread(add(small, 1));
    expect(await read(first)).toEqual(counting(8, 1));
    expect(await read(second)).toEqual(counting(2 * ROW, 100));
    expect(await read(third)).toEqual(counting(8, 2));
  });

  it('are copied anew at each run of a program', async () => {
    const x = from(gpu.device, counting(8));
    const program = gpu.device.record(() => add(spread(add(x, 1)), spread(x)));
    for (const first of [0, 50]) {
      x.write(Float32Array.from(counting(8, first)));
      program.run();
      expect(await read(program.result)).toEqual(counting(8).map((i) => 2 * (first + i) + 1));
    }
    program.dispose();
  });

  it('are counted as memory: of a program until it is disposed of, of other launches as the largest needs', async () => {
    const { device } = gpu;
    const [less, x] = [from(device, counting(10 * ROW)), from(device, counting(20 * ROW))];
    spread(less);
    const { used: before, free } = device.memory;
    const work = () => void spread(x);
    const program = device.record(work);
    expect(program.bytes).toBe(device.plan(work).bytes);
    expect(device.memory.used - before).toBe(program.bytes);
    expect(program.plan.texels).toEqual([textureSize(x.memory.size)]);
    program.run();
    program.dispose();
    expect(device.memory.used).toBe(before);
    const y = spread(x);
    const growth = textureSize(x.memory.size) - textureSize(less.memory.size);
    expect(device.memory.used - before).toBe(y.memory.size);
    expect(device.memory.free - free).toBe(growth);
    device.trim();
    expect(device.memory.free).toBe(0);
    expect(await read(y)).toEqual(counting(20 * ROW));
    expect(await read(spread(less))).toEqual(counting(10 * ROW));
  });

  it('are all there, or none of them is', () => {
    const counted: number[] = [];
    const memory: MemoryCount = {
      count: (bytes) => {
        if (counted.length > 0) throw new OutOfMemoryError('no room for a second');
        counted.push(bytes);
      },
      discount: (bytes) => counted.splice(counted.indexOf(bytes), 1),
    };
    const [one, two] = [textureSize(1), textureSize(5 * ROW)];
    expect(() => new Texels(gpu.device.gpu, memory, [one, two])).toThrow('no room for a second');
    expect(counted).toEqual([]);
  });

  it('have no more rows than WebGPU promises, whatever memory is rounded up to', () => {
    expect(textureSize(4 * MOST_NUMBERS)).toBe(4 * MOST_NUMBERS);
    expect(textureSize(5 * MOST_NUMBERS)).toBe(4 * MOST_NUMBERS);
    expect(textureSize(1)).toBe(4 * ROW);
  });

  it('are read by code for vectors of the right width: Mesa keeps each width in a directory of its own', () => {
    const { LP_NATIVE_VECTOR_WIDTH: width, MESA_SHADER_CACHE_DIR: kept = '' } = process.env;
    expect(gpu.device.adapter.name).toBeTruthy();
    if (width !== undefined) expect(basename(kept)).toBe(`${width}-bits`);
    expect(kept.split('-bits').length).toBeLessThanOrEqual(2);
  });

  it('are in rows as long as the shaders think', () => {
    const text = readShader('products/matmul_texels.wgsl');
    expect(text).toContain(`const WIDTH: u32 = ${WIDTH}u;`);
    expect(text).toContain(`var a_texels: texture_storage_2d<${TEXELS}, read>;`);
  });
});
