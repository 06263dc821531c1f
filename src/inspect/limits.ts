/** What a device can do at best, as its own kernels find, and how long a launch must take by that. The bench goes by it too. */
import type { Device } from '../gpu/device.js';
import type { Precision } from '../gpu/precision.js';
import type { Launch } from '../gpu/program/launch.js';
import { stopwatch } from '../gpu/stopwatch.js';
import { launch } from '../kernels/kernel.js';
import { arithmetic, copy, matrix, SUBGROUPS, THREADS } from '../kernels/limits.js';
import { full, zeros } from '../tensor/create.js';
import type { Tensor } from '../tensor/tensor.js';

/** In 10^9 a second. */
export interface DeviceLimits {
  /** Floating-point operations, in fused multiply-adds of 32-bit numbers. */
  readonly gflops: number;
  /** Bytes copied through memory, read and written. What stays in a cache moves faster. */
  readonly gigabytes: number;
  /** Floating-point operations of matrix units on halves; undefined where there is no such limit to measure. */
  readonly matrixGflops?: number | undefined;
}

/** Twice this, once read and once written, is more than the caches of most devices hold. */
export const COPIED_FLOATS = 2 ** 24;

/** v <- v / 2 + 1/2 goes to 1. */
export const TOWARDS_ONE = { rounds: 64, scale: 0.5, offset: 0.5 };

/** Sixteen sums of this many products of ones with thousandths: what they come to is a small whole number. */
export const MATRIX_ROUNDS = 256;

/** Do subgroups of 32 multiply 16 x 16 halves here? Elsewhere matrix units have no limit to measure yet. */
export const multipliesHalves = ({
  adapter: { subgroupSize, subgroupMatrices },
}: {
  readonly adapter: Pick<Device['adapter'], 'subgroupSize' | 'subgroupMatrices'>;
}): boolean =>
  subgroupSize.min === 32 &&
  subgroupSize.max === 32 &&
  subgroupMatrices.some(
    ({ componentType, resultComponentType, ...sizes }) =>
      componentType === 'f16' &&
      resultComponentType === 'f32' &&
      [sizes.M, sizes.N, sizes.K].every((size) => size === 16),
  );

/**
 * Find this device's limits. The fastest sample counts: what slows a limit down is not the device.
 * @param samples how often each is timed, once more to warm it up
 */
export async function measureLimits(device: Device, samples = 5): Promise<DeviceLimits> {
  const clock = stopwatch(device);
  /** Milliseconds of the fastest. */
  const fastest = async (tensors: readonly Tensor[], work: () => void): Promise<number> => {
    try {
      await clock.time(work);
      let least = Number.POSITIVE_INFINITY;
      for (let count = 0; count < samples; count++) least = Math.min(least, await clock.time(work));
      return least;
    } finally {
      for (const tensor of tensors) tensor.dispose();
    }
  };
  const sums = zeros(device, [THREADS]);
  const computing = await fastest([sums], () => launch(arithmetic, { y: sums }, TOWARDS_ONE));
  const [x, y] = [zeros(device, [COPIED_FLOATS]), zeros(device, [COPIED_FLOATS])];
  const copying = await fastest([x, y], () => launch(copy, { x, y }, { size: COPIED_FLOATS / 4 }));
  const limits = {
    gflops: arithmetic.cost(TOWARDS_ONE, {}, {}).flops / computing / 1e6,
    gigabytes: copy.cost({ size: COPIED_FLOATS / 4 }, {}, {}).bytes / copying / 1e6,
  };
  if (!multipliesHalves(device)) return limits;
  const [ones, products] = [full(device, [4], 1), zeros(device, [SUBGROUPS])];
  const rounds = { rounds: MATRIX_ROUNDS };
  const multiplying = await fastest([ones, products], () => launch(matrix, { ones, y: products }, rounds));
  return { ...limits, matrixGflops: matrix.cost(rounds, {}, {}).flops / multiplying / 1e6 };
}

/**
 * Products of what matrix units multiply, for one product of 32-bit numbers: one where operands are rounded to halves, three where
 * each is the sum of two. Undefined where no matrix unit takes part.
 */
export function matrixProductsFor(precision: Precision): number | undefined {
  if (precision === 'highest') return undefined;
  return precision === 'high' ? 3 : 1;
}

/** Milliseconds that a launch takes at least, if nothing but arithmetic and copying limits it. */
export function leastTime(
  { cost, shader }: Pick<Launch, 'cost' | 'shader'>,
  precision: Precision,
  { gflops, gigabytes, matrixGflops }: DeviceLimits,
): number {
  const { flops = 0, bytes = 0 } = cost ?? {};
  const many = /^products\/matmul/.test(shader) ? matrixProductsFor(precision) : undefined;
  const rate = many && matrixGflops ? matrixGflops / many : gflops;
  return Math.max(flops / rate, bytes / gigabytes) / 1e6;
}
