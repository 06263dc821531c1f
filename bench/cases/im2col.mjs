/** Unfolding images into matrices and back, for the convolutions that need it. */
import { col2im, im2col } from '../../dist/kernels/products/im2col.js';
import { sizeOf } from '../../dist/tensor/shape.js';
import { Tensor } from '../../dist/tensor/tensor.js';
import { random } from '../inputs.mjs';
import { dimensions } from '../network.mjs';
import { indexOf, seenBy, seersOf, sum } from '../windows.mjs';

/** Unfolded, a batch is large: these cases take as many images as one buffer of the least device holds. */
const MOST_BYTES = 2 ** 27;

function casesOf({ name, input, output, window }) {
  const [batch, channels, ...size] = input;
  const positions = output.slice(2);
  const kernel = sizeOf(window.kernel);
  const unfolded = [channels, kernel, sizeOf(positions)];
  const images = Math.max(1, Math.min(batch, Math.floor(MOST_BYTES / (4 * sizeOf(unfolded)))));
  const shape = [images, channels, ...size];
  const columns = [images, ...unfolded];
  const pixels = sizeOf(size);
  const title = `${dimensions(shape)} ${dimensions(window.kernel)} ${name}`;
  return [
    {
      name: `im2col ${title}`,
      inputs: { x: random(shape) },
      launch: ({ x }) => ({ columns: im2col(x, window) }),
      expected: ({ x }) => ({
        columns: (i) => {
          const [image, channel, tap, position] = indexOf(columns, i);
          const seen = seenBy(window, size, indexOf(positions, position)).find((s) => s.tap === tap);
          return seen ? x[(image * channels + channel) * pixels + seen.pixel] : 0;
        },
      }),
    },
    {
      name: `col2im ${title}`,
      inputs: { columns: random([images, channels * kernel, sizeOf(positions)]) },
      launch: ({ columns }) => ({ x: col2im(columns, new Tensor(columns.device, shape), window) }),
      expected: ({ columns: values }) => ({
        x: (i) => {
          const [image, channel, ...at] = indexOf(shape, i);
          const seers = seersOf(window, positions, at);
          const first = (image * channels + channel) * kernel * sizeOf(positions);
          return sum(seers.length, (s) => values[first + seers[s].tap * sizeOf(positions) + seers[s].output]);
        },
      }),
    },
  ];
}

export const im2colCases = ({ network: { layers } }) =>
  layers.filter(({ window }) => sizeOf(window.kernel) > 1).flatMap(casesOf);
