/** A whole mlpconv in one launch: `shaders/products/mlp_conv.wgsl` has the formula. Nothing chooses it; a ladder measures it. */
import { DawngradError } from '../../errors/errors.js';
import type { Device } from '../../gpu/device.js';
import type { Window } from '../../tensor/shape.js';
import { Tensor } from '../../tensor/tensor.js';
import { type Grid, MOST_WORKGROUPS } from '../grid.js';
import { defineKernel, launch } from '../kernel.js';
import { storedDType } from '../stored-dtype.js';
import { sizesOf, windowParams, windowParamsOf } from './conv2d-sizes.js';

/** Positions that a workgroup takes through all layers. */
const POSITIONS = 32;

export const mlpConvForward = defineKernel({
  name: 'mlpConv.forward',
  shader: 'products/mlp_conv.wgsl',
  entryPoint: 'forward',
  bindings: {
    x: 'read',
    weight1: 'read',
    bias1: 'read',
    weight2: 'read',
    bias2: 'read',
    weight3: 'read',
    bias3: 'read',
    y: 'write',
  },
  storage: { StoredX: ['x'], StoredY: ['y'] },
  params: {
    images: 'u32',
    channels: 'u32',
    ...windowParams,
    maps1: 'u32',
    maps2: 'u32',
    maps3: 'u32',
  },
  grid: ({ images, out_height, out_width }): Grid => {
    const tiles = Math.ceil((images * out_height * out_width) / POSITIONS);
    const across = Math.min(tiles, MOST_WORKGROUPS);
    return [across, Math.ceil(tiles / Math.max(1, across)), 1];
  },
  cost: (p, { StoredX, StoredY }) => {
    const positions = p.images * p.out_height * p.out_width;
    const depth = p.channels * p.kernel_height * p.kernel_width;
    const weights = p.maps1 * depth + p.maps2 * p.maps1 + p.maps3 * p.maps2;
    return {
      flops: 2 * positions * weights,
      bytes:
        StoredX * p.images * p.channels * p.height * p.width +
        StoredY * positions * p.maps3 +
        4 * (weights + p.maps1 + p.maps2 + p.maps3),
    };
  },
});

/** A convolution's weight [O, C, KH, KW] and its bias [O]. */
export interface Filters {
  readonly weight: Tensor;
  readonly bias: Tensor;
}

/** Bytes that a workgroup needs for layers of at most this many maps. */
const bytesFor = (rows: number): number => 4 * POSITIONS * (rows + 8) + 16 * 8 * (rows / 4 + 1);

/** Maps that a workgroup keeps for layers of these: 64, 128 or 192; undefined where they are more, or this device has no room. */
export const mlpConvRows = ({ limits }: Device, maps: readonly number[]): number | undefined =>
  [64, 128, 192].find(
    (rows) => maps.every((count) => count <= rows) && bytesFor(rows) <= limits.maxComputeWorkgroupStorageSize,
  );

/**
 * x [N, C, H, W] through a convolution and two of 1x1, a ReLU after each (but for the last, if that is `linearLast`), to y [N, maps of the
 * last, OH, OW]. For evaluation: what the layers hand on is not kept.
 * @throws DawngradError when the maps are too many for a workgroup of this device (`mlpConvRows`)
 */
export function mlpConv(
  x: Tensor,
  layers: readonly [Filters, Filters, Filters],
  window: Window,
  { linearLast = false }: { readonly linearLast?: boolean } = {},
): Tensor {
  const [first, second, third] = layers;
  const maps = layers.map(({ bias }) => bias.size) as [number, number, number];
  const ROWS = mlpConvRows(x.device, maps);
  if (ROWS === undefined) {
    throw new DawngradError(
      `mlpConv: layers of ${maps.join(', ')} maps do not fit a workgroup of ${x.device.adapter.name}`,
    );
  }
  const sizes = sizesOf(x.shape, first.weight.shape, window);
  const { images, channels, outHeight, outWidth } = sizes;
  const y = new Tensor(x.device, [images, maps[2], outHeight, outWidth], storedDType(x.device));
  const operands = {
    x,
    ...{ weight1: first.weight, bias1: first.bias, weight2: second.weight, bias2: second.bias },
    ...{ weight3: third.weight, bias3: third.bias, y },
  };
  const params = {
    ...{ images, channels, ...windowParamsOf(sizes, window) },
    ...{ maps1: maps[0], maps2: maps[1], maps3: maps[2] },
  };
  launch(mlpConvForward, operands, params, { ROWS, LINEAR_LAST: linearLast });
  return y;
}
