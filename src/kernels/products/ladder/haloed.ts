/** The rung for convolutions that keeps a piece of an image, and the halo around it, in a workgroup's memory. */
import type { Device } from '../../../gpu/device.js';
import type { Constants } from '../../../gpu/shaders/shader.js';
import type { Product } from '../product.js';
import { defineGeneralKernel, type GeneralRung, generalRung } from './general-rung.js';

/** Rows of a tile: a constant of the shader. */
const ROWS = 64;
/** Lines of a piece of an image. */
const LINES = 8;

/** A workgroup computes 64 rows at a piece of one image; workgroups go along rows first. */
export const haloedKernel = defineGeneralKernel(
  'products/matmul_haloed.wgsl',
  ({ OCTETS }, { columns, group, column_width }) => {
    const across = Math.ceil(column_width / (8 * Number(OCTETS)));
    const down = Math.ceil(Math.ceil(group / column_width) / LINES);
    return { rows: ROWS, columnTiles: Math.ceil(columns / group) * across * down };
  },
  'rows first',
);

/** For windows of any size that move by single rows and columns: convolutions with a stride of 1, and their input gradients. */
export const haloed: GeneralRung = generalRung({
  kernel: haloedKernel,
  constants: { LINES },
  specialise: (product, device) => piecesFor(product, device) as Constants,
  accepts: (device, product) => piecesFor(product, device) !== undefined,
});

/** What a window's taps see of a piece, and how many channels of that a workgroup has room for; undefined where for none. */
function piecesFor(product: Product, { limits }: Device): Constants | undefined {
  const { middle = 1, inner, outer, b, c } = product;
  const { window } = b;
  if (!window || outer !== 1 || window.innerX || c.rowSums !== undefined) return undefined;
  if (window.column.y !== 1 || window.column.x !== 1) return undefined;
  const KERNEL_WIDTH = window.middle.width;
  const KERNEL_HEIGHT = middle / KERNEL_WIDTH;
  const [APART_Y, APART_X] = [window.middle.y, window.middle.x];
  if (!Number.isInteger(KERNEL_HEIGHT) || APART_Y < 1 || APART_X < 1) return undefined;
  const OCTETS = window.column.width > 8 ? 2 : 1;
  const quads = Math.ceil((8 * OCTETS + (KERNEL_WIDTH - 1) * APART_X) / 4);
  const lines = LINES + (KERNEL_HEIGHT - 1) * APART_Y;
  const bytesOfOne = 16 * (lines * quads + KERNEL_WIDTH * (ROWS / 4 + 1));
  const CHANNELS = [8, 4, 2, 1].find(
    (channels) =>
      channels * bytesOfOne <= limits.maxComputeWorkgroupStorageSize &&
      (channels === 1 || channels / 2 < inner),
  );
  if (CHANNELS === undefined) return undefined;
  return { KERNEL_HEIGHT, KERNEL_WIDTH, APART_Y, APART_X, OCTETS, CHANNELS };
}
