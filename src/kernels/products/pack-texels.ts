/** Operands of a product with four terms side by side, for the rung that reads them as texels. */
import { Tensor } from '../../tensor/tensor.js';
import { defineKernel, launch, linearGrid } from '../kernel.js';
import type { Product, SlidingWindow } from './product.js';

/** Channels side by side. */
export const packChannels = defineKernel({
  name: 'texels.packChannels',
  shader: 'products/packing/texels.wgsl',
  entryPoint: 'channels',
  bindings: { source: 'read', packed: 'write' },
  storage: { StoredX: ['source'] },
  params: {
    rows: 'u32',
    taps: 'u32',
    channels: 'u32',
    start: 'u32',
    row_step: 'u32',
    tap_step: 'i32',
    channel_step: 'u32',
  },
  grid: ({ rows, taps }) => linearGrid(rows * taps),
  cost: ({ rows, taps, channels }, { StoredX }) => ({
    flops: 0,
    bytes: rows * taps * (StoredX * channels + 16 * Math.ceil(channels / 4)),
  }),
});

type Params = Readonly<Record<keyof typeof packChannels.params, number>>;

function pack(source: Tensor, params: Params): Tensor {
  const { rows, taps, channels } = params;
  const packed = new Tensor(source.device, [rows, taps, 4 * Math.ceil(channels / 4)]);
  launch(packChannels, { source, packed }, params);
  return packed;
}

/** The a of a product of one batch: `[rows, blocks of terms, terms of one]`. */
export const packA = (a: Tensor, { rows, middle: taps = 1, inner: channels, ...product }: Product): Tensor =>
  pack(a, {
    ...{ rows, taps, channels, start: product.a.start ?? 0 },
    row_step: product.a.row,
    tap_step: product.a.middle ?? 0,
    channel_step: product.a.inner,
  });

/** Images that a product reads through a window, whose channels are the inner terms: `[images, pixels, channels]`. */
export function packPixels(b: Tensor, { inner: channels, columns, group, b: { window } }: Product): Tensor {
  const taps = (window?.height ?? 0) * (window?.width ?? 0);
  const rows = Math.ceil(columns / group);
  const steps = { start: 0, row_step: channels * taps, tap_step: 1, channel_step: taps };
  return pack(b, { rows, taps, channels, ...steps });
}

/** Lines of images at each shift of a window. */
export const packShifts = defineKernel({
  name: 'texels.packShifts',
  shader: 'products/packing/shifts.wgsl',
  entryPoint: 'shifts',
  bindings: { source: 'read', packed: 'write' },
  storage: { StoredX: ['source'] },
  params: {
    planes: 'u32',
    height: 'u32',
    width: 'u32',
    shifts: 'u32',
    length: 'u32',
    origin: 'i32',
    shift_step: 'i32',
    step: 'i32',
  },
  grid: ({ planes, shifts, height }) => linearGrid(planes * shifts * height),
  cost: ({ planes, shifts, height, width, length }, { StoredX }) => ({
    flops: 0,
    bytes: planes * height * (StoredX * width + 4 * shifts * length),
  }),
});

/**
 * The b of a product whose inner terms lie along a line of images: `[planes, taps of a row of the window, height, terms]`, of all planes
 * up to the last that it reads.
 */
export function packLines(b: Tensor, product: Product): Tensor {
  const { height, width, originX, column, innerX = 0 } = product.b.window as SlidingWindow;
  const { inner: length } = product;
  const [planes, shifts] = [planesOf(product), column.width];
  const packed = new Tensor(b.device, [planes, shifts, height, length]);
  const steps = { origin: originX, shift_step: column.x, step: innerX };
  launch(packShifts, { source: b, packed }, { planes, height, width, shifts, length, ...steps });
  return packed;
}

/** How many planes of an image there are up to the last that a product reads through a window. */
export function planesOf({ batches, outer, columns, group, b }: Product): number {
  const { height, width } = b.window as SlidingWindow;
  const first = (b.start ?? 0) + (batches - 1) * (b.batch ?? 0) + (outer - 1) * (b.outer ?? 0);
  return Math.floor((first + (Math.ceil(columns / group) - 1) * (b.group ?? 0)) / (height * width)) + 1;
}
