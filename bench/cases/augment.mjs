/** A batch of images from bytes, with and without random crops and flips. */
import { prepareImages } from '../../dist/kernels/images/augment.js';
import { pcg3d } from '../../dist/tensor/random.js';
import { sizeOf } from '../../dist/tensor/shape.js';
import { given, integers, random } from '../inputs.mjs';
import { dimensions } from '../network.mjs';
import { indexOf } from '../windows.mjs';

const PADDING = 4;

export function augmentCases({ network: { images: shape } }) {
  const [, channels, height, width] = shape;
  const inputs = {
    bytes: integers([Math.ceil(sizeOf(shape) / 4)]),
    mean: random([channels], 0.4, 0.6),
    std: random([channels], 0.2, 0.3),
  };
  /** The normalised pixel `(row, column)` of a channel of an image. */
  const pixelOf =
    ({ bytes, mean, std }) =>
    (image, channel, row, column) => {
      const position = ((image * channels + channel) * height + row) * width + column;
      const byte = (bytes[position >> 2] >>> (8 * (position & 3))) & 255;
      return (byte / 255 - mean[channel]) / std[channel];
    };
  const title = dimensions(shape);
  return [
    {
      name: `augment.prepare ${title}`,
      inputs,
      launch: (tensors) => ({ y: prepareImages({ ...tensors, shape }) }),
      expected: (values) => ({ y: (i) => pixelOf(values)(...indexOf(shape, i)) }),
    },
    {
      name: `augment.augment ${title} crop ${PADDING} flip`,
      inputs: { ...inputs, key: given(Uint32Array.of(1, 2)) },
      launch: (tensors) => ({
        y: prepareImages({ ...tensors, shape, crop: { padding: PADDING }, flip: true }),
      }),
      expected: (values) => ({
        y: (i) => {
          const [image, channel, h, w] = indexOf(shape, i);
          const [down, right, flip] = pcg3d(...values.key, image);
          const shift = (bits) => (bits % (2 * PADDING + 1)) - PADDING;
          const row = h + shift(down);
          const column = (flip >= 2 ** 31 ? width - 1 - w : w) + shift(right);
          const inside = row >= 0 && row < height && column >= 0 && column < width;
          return inside ? pixelOf(values)(image, channel, row, column) : 0;
        },
      }),
    },
  ];
}
