/** A locally connected layer of 3 x 3 windows behind the second pool, as the network of section 4.6 has one. */
import {
  localConv2d,
  localConv2dInputGradient,
  localConv2dWeightGradient,
} from '../../dist/kernels/products/local-conv2d.js';
import { sizeOf, windowOf } from '../../dist/tensor/shape.js';
import { random } from '../inputs.mjs';
import { dimensions } from '../network.mjs';
import { indexOf, seenBy, seersOf, sum } from '../windows.mjs';

const MAPS = 16;
const WINDOW = windowOf('localConv2d', { kernelSize: 3, padding: 1 });
const TAPS = sizeOf(WINDOW.kernel);

export function localConv2dCases({ network: { pools } }) {
  const input = pools.at(-1).output;
  const [batch, channels, ...size] = input;
  const output = [batch, MAPS, ...size]; // the padding keeps the size
  const weight = [...size, MAPS, channels, ...WINDOW.kernel];
  const pixels = sizeOf(size);
  const title = `${dimensions(WINDOW.kernel)} ${channels}->${MAPS} at ${size[0]} batch ${batch}`;

  const pixelAt = (image, channel, pixel) => (image * channels + channel) * pixels + pixel;
  const outputAt = (image, map, position) => (image * MAPS + map) * pixels + position;
  const weightAt = (position, map, channel, tap) =>
    ((position * MAPS + map) * channels + channel) * TAPS + tap;
  const [x, dy] = [random(input), random(output)];
  return [
    {
      name: `localConv2d.forward ${title}`,
      inputs: { x, weight: random(weight), bias: random([MAPS, ...size]) },
      operands: ['x', 'weight'],
      launch: ({ x, weight, bias }) => ({ y: localConv2d(x, weight, bias, WINDOW) }),
      expected: ({ x, weight, bias }) => ({
        y: (i) => {
          const [image, map, position] = indexOf([batch, MAPS, pixels], i);
          const seen = seenBy(WINDOW, size, indexOf(size, position));
          const term = (c, { pixel, tap }) =>
            x[pixelAt(image, c, pixel)] * weight[weightAt(position, map, c, tap)];
          const total = sum(channels, (c) => sum(seen.length, (s) => term(c, seen[s])));
          return total + bias[map * pixels + position];
        },
      }),
    },
    {
      name: `localConv2d.inputGradient ${title}`,
      inputs: { dy, weight: random(weight) },
      operands: ['dy', 'weight'],
      launch: ({ dy, weight }) => ({ dx: localConv2dInputGradient(dy, weight, input, WINDOW) }),
      expected: ({ dy, weight }) => ({
        dx: (i) => {
          const [image, channel, pixel] = indexOf([batch, channels, pixels], i);
          const seers = seersOf(WINDOW, size, indexOf(size, pixel));
          const term = (o, { output, tap }) =>
            dy[outputAt(image, o, output)] * weight[weightAt(output, o, channel, tap)];
          return sum(MAPS, (o) => sum(seers.length, (s) => term(o, seers[s])));
        },
      }),
    },
    {
      name: `localConv2d.weightGradient ${title}`,
      inputs: { dy, x },
      operands: ['dy', 'x'],
      launch: ({ dy, x }) => ({ dweight: localConv2dWeightGradient(dy, x, weight, WINDOW) }),
      expected: ({ dy, x }) => ({
        dweight: (i) => {
          const [position, map, channel, tap] = indexOf([pixels, MAPS, channels, TAPS], i);
          const seen = seenBy(WINDOW, size, indexOf(size, position)).find((one) => one.tap === tap);
          if (!seen) return 0;
          return sum(batch, (n) => dy[outputAt(n, map, position)] * x[pixelAt(n, channel, seen.pixel)]);
        },
      }),
    },
  ];
}
