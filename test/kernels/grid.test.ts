import { describe, expect, it } from 'vitest';
import { type Grid, MOST_WORKGROUPS, piecesOf } from '../../src/kernels/grid.js';
import { conv2d, conv2dInputGradient } from '../../src/kernels/products/conv2d.js';
import { conv2dParameterGradients } from '../../src/kernels/products/conv2d-parameter-gradients.js';
import { LADDER, VARIANTS } from '../../src/kernels/products/ladder/ladder.js';
import type { Rung } from '../../src/kernels/products/ladder/rung.js';
import { multiplyInto } from '../../src/kernels/products/matmul.js';
import type { Product } from '../../src/kernels/products/product.js';
import { windowOf } from '../../src/tensor/shape.js';
import { Tensor } from '../../src/tensor/tensor.js';
import { random64 } from '../reference/random.js';
import { useDevice } from '../support/device.js';
import { upload } from '../support/expect-op.js';
import { runsOn, takesWindowsOnly } from '../support/ladder.js';
import { withLowerLimits } from '../support/lower-limits.js';

describe('piecesOf', () => {
  it('leaves a grid whole that a device allows', () => {
    const grid: Grid = [MOST_WORKGROUPS, 7, MOST_WORKGROUPS];
    const first = { first_tile_x: 0, first_tile_y: 0, first_tile_z: 0 };
    expect(piecesOf(grid, MOST_WORKGROUPS)).toEqual([{ first, grid, share: 1 }]);
    expect(piecesOf([0, 3, 1], 2 ** 16)).toMatchObject([{ grid: [0, 3, 1] }]);
  });

  it('cuts what is larger along every axis, and covers all of it once', () => {
    const pieces = piecesOf([5, 2, 3], 2);
    expect(pieces).toHaveLength(3 * 1 * 2);
    const covered = pieces.flatMap(({ first, grid: [x, y, z] }) => {
      expect(Math.max(x, y, z)).toBeLessThanOrEqual(2);
      return Array.from({ length: x * y * z }, (_, i) =>
        [
          first.first_tile_x + (i % x),
          first.first_tile_y + (Math.floor(i / x) % y),
          first.first_tile_z + Math.floor(i / (x * y)),
        ].join(),
      );
    });
    expect(new Set(covered).size).toBe(30);
    expect(covered).toHaveLength(30);
    expect(pieces.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1);
  });
});

/** More tiles of 128 x 128 than two along each axis, and all in fours. */
const PRODUCT: Product = {
  ...{ batches: 3, rows: 261, columns: 532, outer: 1, inner: 4, group: 532 },
  a: { batch: 261 * 4, row: 4, inner: 1 },
  b: { batch: 4 * 532, inner: 532, column: 1 },
  c: { batch: 261 * 532, row: 532, column: 1 },
};

describe('a product of more tiles than a launch may have workgroups', () => {
  const gpu = useDevice();

  /** A variant of each shader that is here to be used. */
  const variants = () => {
    const runnable = VARIANTS.filter((variant) => {
      const { forReading, precision }: Rung = LADDER[variant];
      return !forReading && !precision && runsOn(gpu.device, variant);
    });
    const shaders = runnable.map((variant) => LADDER[variant].kernel.shader);
    return runnable.filter((_, index) => shaders.indexOf(shaders[index]!) === index);
  };

  /** Expect the same bits of `work` where a dimension of a grid has no more than `most` workgroups, in more launches. */
  async function expectSameInPieces(most: number, work: () => Tensor[]) {
    const limits = { maxComputeWorkgroupsPerDimension: most };
    const [whole, pieces] = [
      gpu.device.plan(work).launches,
      withLowerLimits(gpu.device, limits, () => gpu.device.plan(work).launches),
    ];
    expect(pieces.length).toBeGreaterThan(whole.length);
    const flops = (of: typeof whole) => of.reduce((sum, { cost }) => sum + (cost?.flops ?? 0), 0);
    expect(flops(pieces) / flops(whole)).toBeCloseTo(1);
    const wanted = work();
    const got = withLowerLimits(gpu.device, limits, work);
    for (const [index, tensor] of got.entries()) {
      const [one, other] = [await tensor.toArray(), await wanted[index]!.toArray()];
      expect(Buffer.from(one.buffer).equals(Buffer.from(other.buffer))).toBe(true);
    }
  }

  it('takes several, by every shader, and has the same bits', async () => {
    const [a, b, bias, mask] = [[3, 261, 4], [3, 4, 532], [532], [3, 261, 532]].map((shape, seed) =>
      upload(gpu.device, random64(shape, seed)),
    ) as [Tensor, Tensor, Tensor, Tensor];
    const epilogue = { bias: { values: bias, per: 'column' }, mask } as const;
    for (const variant of variants().filter((variant) => !takesWindowsOnly(variant))) {
      await expectSameInPieces(2, () => {
        const c = new Tensor(gpu.device, mask.shape);
        multiplyInto(c, a, b, PRODUCT, epilogue, variant);
        return [c];
      });
    }
  });

  it('takes several for each direction of a convolution, and has the same bits', async () => {
    const window = windowOf('conv2d', { kernelSize: 3, padding: 1 });
    const [x, weight, bias, dy] = [[5, 3, 12, 8], [4, 3, 3, 3], [4], [5, 4, 12, 8]].map((shape, seed) =>
      upload(gpu.device, random64(shape, seed)),
    ) as [Tensor, Tensor, Tensor, Tensor];
    for (const variant of variants().filter((variant) => !variant.startsWith('vectorised'))) {
      await expectSameInPieces(3, () => {
        const y = conv2d(x, weight, bias, window, true, { variant });
        const dx = conv2dInputGradient(dy, weight, x.shape, window, undefined, { variant });
        if (takesWindowsOnly(variant)) return [y, dx];
        const parameters = conv2dParameterGradients(dy, x, weight.shape, window, true, { variant });
        return [y, dx, parameters.weight, parameters.bias!];
      });
    }
  });
});
