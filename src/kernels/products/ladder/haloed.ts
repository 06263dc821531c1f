/** The rung for convolutions that keeps a piece of an image, and the halo around it, in a workgroup's memory. */
import type { Device } from '../../../gpu/device.js';
import type { Constants } from '../../../gpu/shaders/shader.js';
import type { Product } from '../product.js';
import { defineGeneralKernel, type GeneralRung, generalRung } from './general-rung.js';
import { piecesOfImages, slidingTaps } from './pieces.js';

/** Rows of a tile: a constant of the shader. */
const ROWS = 64;
/** Lines of a piece of an image. */
const LINES = 8;

/** A workgroup computes 64 rows at a piece of one image; workgroups go along rows first. */
export const haloedKernel = defineGeneralKernel(
  'products/matmul_haloed.wgsl',
  (constants, sizes) => ({ rows: ROWS, columnTiles: piecesOfImages(constants, sizes) }),
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
  const sliding = slidingTaps(product);
  if (!sliding) return undefined;
  const { KERNEL_HEIGHT, KERNEL_WIDTH, APART_Y, APART_X } = sliding.taps;
  const PIECE_WIDTH = sliding.width > 8 ? 16 : 8;
  const quads = Math.ceil((PIECE_WIDTH + (KERNEL_WIDTH - 1) * APART_X) / 4);
  const lines = LINES + (KERNEL_HEIGHT - 1) * APART_Y;
  const bytesOfOne = 16 * (lines * quads + KERNEL_WIDTH * (ROWS / 4 + 1));
  const CHANNELS = [8, 4, 2, 1].find(
    (channels) =>
      channels * bytesOfOne <= limits.maxComputeWorkgroupStorageSize &&
      (channels === 1 || channels / 2 < product.inner),
  );
  if (CHANNELS === undefined) return undefined;
  return { ...sliding.taps, PIECE_WIDTH, CHANNELS };
}
