import { ArgumentError, ShapeError } from '../../errors/errors.js';
import { checkRank, formatShape, type Shape, sizeOf } from '../../tensor/shape.js';
import { Tensor } from '../../tensor/tensor.js';
import { checkDType } from '../check.js';
import { defineKernel, launch } from '../kernel.js';
import { planeGrid } from '../planes.js';

const params = {
  planes: 'u32',
  channels: 'u32',
  height: 'u32',
  width: 'u32',
  padding: 'u32',
  flip: 'u32',
  cutout: 'u32',
} as const;

/** From bytes to normalised images; nothing is random. */
export const prepareKernel = defineKernel({
  name: 'augment.prepare',
  shader: 'images/augment.wgsl',
  entryPoint: 'prepare',
  bindings: { bytes: 'read', mean: 'read', deviation: 'read', y: 'write' },
  storage: { Stored: ['y'] },
  params,
  grid: ({ planes, height, width }) => planeGrid(planes, height * width),
  cost: ({ planes, height, width }, { Stored }) => ({
    flops: 3 * planes * height * width,
    bytes: (1 + Stored) * planes * height * width,
  }),
});

/** From bytes to normalised images, each cropped, mirrored and cut at random. */
export const augmentKernel = defineKernel({
  ...prepareKernel,
  name: 'augment.augment',
  entryPoint: 'augment',
  bindings: { bytes: 'read', mean: 'read', deviation: 'read', y: 'write', key: 'read' },
});

/** From images that are numbers already to the same, each cropped, mirrored and cut at random. */
export const shiftKernel = defineKernel({
  ...prepareKernel,
  name: 'augment.shift',
  entryPoint: 'shift',
  bindings: { images: 'read', shifted: 'write', draw: 'read' },
  storage: { StoredImages: ['images'], Stored: ['shifted'] },
  cost: ({ planes, height, width }, { StoredImages, Stored }) => ({
    flops: 0,
    bytes: (StoredImages + Stored) * planes * height * width,
  }),
});

/** The images, how they are normalised, and what is done to them at random. */
export interface PrepareOptions {
  /** Pixels of [N, C, H, W], a byte each, four to a u32 with the first in the lowest bits; the last u32 is filled up. */
  bytes: Tensor;
  shape: Shape;
  /** f32 [C], of pixels scaled to 0 ... 1. */
  mean: Tensor;
  /** f32 [C]: the standard deviations. */
  std: Tensor;
  /** Surround each image with `padding` zeros, and take a random H x W window of that. */
  crop?: { padding: number };
  /** Mirror each image left to right with probability 1/2. */
  flip?: boolean;
  /** Clear a square of `cutout` x `cutout` pixels around a random middle; what lies outside the image is lost (default 0: none). */
  cutout?: number;
  /** Decides them all: u32 [seed, counter]. Without one nothing is random: no crop, flip or cutout, as evaluation wants. */
  key?: Tensor;
  /** As what the result is stored (default f32). */
  dtype?: 'f32' | 'f16';
}

/**
 * Images from bytes: (byte / 255 - mean) / std, [N, C, H, W], cropped, flipped and cut at random if there is a key.
 * Padding and cutout are 0 after the normalisation: the mean colour, not black.
 * @throws ShapeError when `bytes`, `mean` or `std` do not fit the shape; ArgumentError when padding or cutout is not a whole number
 *   of at least 0, or `bytes` is not u32
 */
export function prepareImages(options: PrepareOptions): Tensor {
  const { bytes, shape, mean, std, crop, flip = false, cutout = 0, key, dtype } = options;
  const padding = crop?.padding ?? 0;
  check(bytes, shape, mean, std, padding);
  checkPixels('prepareImages', 'cutout', cutout);
  const [batch, channels, height, width] = shape;
  const y = new Tensor(bytes.device, shape, dtype);
  const sizes = { planes: batch * channels, channels, height, width, padding, flip: Number(flip), cutout };
  const tensors = { bytes, mean, deviation: std, y };
  if (key) launch(augmentKernel, { ...tensors, key }, sizes);
  else launch(prepareKernel, tensors, sizes);
  return y;
}

/** The images, and what is done to them at random; `key` decides as in `PrepareOptions`. */
export interface ShiftOptions {
  /** f32 [N, C, H, W] */
  images: Tensor;
  crop: { padding: number };
  flip: boolean;
  cutout?: number;
  key: Tensor;
  /** As what the result is stored (default f32). */
  dtype?: 'f32' | 'f16';
}

/**
 * Images that are numbers already, cropped, flipped and cut as `prepareImages` does with the same key. Padding and cutout are 0.
 * @throws ShapeError when `images` is not [N, C, H, W]; ArgumentError when it is not f32, or padding or cutout as above
 */
export function shiftImages(options: ShiftOptions): Tensor {
  const { images, crop, flip, cutout = 0, key, dtype } = options;
  const { padding } = crop;
  const op = 'shiftImages';
  checkRank(op, 'the images', images.shape, 4, '[N, C, H, W]');
  checkDType(op, 'the images', images);
  checkPixels(op, 'crop padding', padding);
  checkPixels(op, 'cutout', cutout);
  const [batch, channels, height, width] = images.shape;
  const shifted = new Tensor(images.device, images.shape, dtype);
  const sizes = { planes: batch * channels, channels, height, width, padding, flip: Number(flip), cutout };
  launch(shiftKernel, { images, shifted, draw: key }, sizes);
  return shifted;
}

function check(bytes: Tensor, shape: Shape, mean: Tensor, std: Tensor, padding: number): void {
  const op = 'prepareImages';
  checkRank(op, 'the images', shape, 4, '[N, C, H, W]');
  checkDType(op, 'bytes', bytes, 'u32');
  const words = Math.ceil(sizeOf(shape) / 4);
  if (bytes.size !== words) {
    throw new ShapeError(
      op,
      `images ${formatShape(shape)} pack into ${words} u32 words, bytes has ${bytes.size}`,
    );
  }
  if (mean.size !== shape[1] || std.size !== shape[1]) {
    throw new ShapeError(
      op,
      `images ${formatShape(shape)} need ${shape[1]} means and deviations, one a channel; ` +
        `got ${mean.size} and ${std.size}`,
    );
  }
  checkPixels(op, 'crop padding', padding);
}

function checkPixels(op: string, name: string, value: number): void {
  if (!Number.isInteger(value) || value < 0) {
    throw new ArgumentError(op, name, `is ${value}`, 'it must be a whole number of at least 0');
  }
}
