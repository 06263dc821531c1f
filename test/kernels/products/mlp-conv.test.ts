/** A whole mlpconv in one launch computes what three convolutions do; on whole numbers, exactly. */
import '../../support/narrow-vectors.js';
import { describe, expect, it } from 'vitest';
import type { Device } from '../../../src/gpu/device.js';
import { cast } from '../../../src/kernels/elementwise/cast.js';
import { conv2d } from '../../../src/kernels/products/conv2d.js';
import { type Filters, mlpConv, mlpConvRows } from '../../../src/kernels/products/mlp-conv.js';
import { type Window, type WindowOptions, windowOf } from '../../../src/tensor/shape.js';
import type { Tensor } from '../../../src/tensor/tensor.js';
import { map64 } from '../../reference/array.js';
import { random64 } from '../../reference/random.js';
import { useDevice } from '../../support/device.js';
import { upload } from '../../support/expect-op.js';
import { useHalves } from '../../support/halves.js';
import { withLowerLimits } from '../../support/lower-limits.js';

type Layers = readonly [Filters, Filters, Filters];

const POINT = windowOf('conv2d', { kernelSize: 1 });

/** From -1 to 1: sums of three layers of products stay far below 2^24. */
const whole = (device: Device, shape: readonly number[], seed: number): Tensor =>
  upload(device, map64(random64(shape, seed), Math.round));

function layersOf(device: Device, channels: number, maps: readonly number[], { kernel }: Window): Layers {
  return maps.map((outputs, index) => {
    const size = index === 0 ? [channels, ...kernel] : [maps[index - 1]!, 1, 1];
    return {
      weight: whole(device, [outputs, ...size], 10 + index),
      bias: whole(device, [outputs], 20 + index),
    };
  }) as unknown as Layers;
}

function oneByOne(x: Tensor, [first, second, third]: Layers, window: Window, linearLast: boolean): Tensor {
  const choice = { variant: 'specification' } as const;
  const one = conv2d(x, first.weight, first.bias, window, true, choice);
  const two = conv2d(one, second.weight, second.bias, POINT, true, choice);
  return conv2d(two, third.weight, third.bias, POINT, !linearLast, choice);
}

describe('an mlpconv in one launch', () => {
  const gpu = useDevice();

  it.each<[string, number[], number[], WindowOptions, boolean]>([
    ['NIN 5x5', [2, 3, 8, 8], [19, 16, 10], { kernelSize: 5, padding: 2 }, false],
    [
      'more than 64 maps, everything asymmetric, a linear end',
      [2, 2, 9, 7],
      [70, 3, 66],
      { kernelSize: [2, 3], stride: [2, 1], padding: [1, 2], dilation: [3, 2] },
      true,
    ],
  ])('%s', async (_, input, maps, options, linearLast) => {
    if (mlpConvRows(gpu.device, maps) === undefined) return; // the least workgroups have room for 64 maps
    const window = windowOf('conv2d', options);
    const x = whole(gpu.device, input, 1);
    const layers = layersOf(gpu.device, input[1]!, maps, window);
    const y = mlpConv(x, layers, window, { linearLast });
    const wanted = await oneByOne(x, layers, window, linearLast).toArray();
    expect(wanted.some((value) => value !== 0)).toBe(true);
    expect(await y.toArray()).toEqual(wanted);
  });

  it('with NaN and infinities in its first filters, which do not meet the padding', async () => {
    const window = windowOf('conv2d', { kernelSize: 3, padding: 2 });
    const x = whole(gpu.device, [1, 2, 4, 5], 1);
    const [first, ...others] = layersOf(gpu.device, 2, [3, 4, 2], window);
    for (const special of [Number.NaN, Number.POSITIVE_INFINITY]) {
      const values = random64([3, 2, 3, 3], 5);
      values.data[4] = special;
      const layers = [{ ...first, weight: upload(gpu.device, values) }, ...others] as unknown as Layers;
      const kinds = async (y: Tensor) => [...(await y.toArray())].map((value) => Number.isFinite(value));
      expect(await kinds(mlpConv(x, layers, window))).toEqual(
        await kinds(oneByOne(x, layers, window, false)),
      );
    }
  });

  it('is refused where its maps have no room in a workgroup', () => {
    expect(mlpConvRows(gpu.device, [192, 160, 193])).toBeUndefined();
    const [device, little] = [gpu.device, { maxComputeWorkgroupStorageSize: 16384 }];
    expect(withLowerLimits(device, little, () => mlpConvRows(device, [96, 64, 48]))).toBeUndefined();
    expect(withLowerLimits(device, little, () => mlpConvRows(device, [16, 16, 10]))).toBe(64);
    const layers = layersOf(device, 1, [4, 193, 4], POINT);
    expect(() => mlpConv(whole(device, [1, 1, 1, 1], 1), layers, POINT)).toThrow(
      /^mlpConv: layers of 4, 193, 4 maps/,
    );
  });
});

describe('an mlpconv of halves', () => {
  const gpu = useHalves({ precision: 'medium' });

  it('reads and stores halves', async () => {
    const window = windowOf('conv2d', { kernelSize: 3, padding: 1 });
    const x = cast(whole(gpu.device, [2, 3, 4, 4], 1), 'f16');
    const layers = layersOf(gpu.device, 3, [4, 5, 6], window);
    const [y, wanted] = [mlpConv(x, layers, window), oneByOne(x, layers, window, false)];
    expect([y.dtype, wanted.dtype]).toEqual(['f16', 'f16']);
    expect(await y.toArray()).toEqual(await wanted.toArray());
  });
});
