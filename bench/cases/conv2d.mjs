/** The convolutions of the network, forward (with bias and ReLU, as the network has them) and both gradients. */
import { conv2d, conv2dInputGradient } from '../../dist/kernels/products/conv2d.js';
import { conv2dParameterGradients } from '../../dist/kernels/products/conv2d-parameter-gradients.js';
import { sizeOf } from '../../dist/tensor/shape.js';
import { random } from '../inputs.mjs';
import { indexOf, seenBy, seersOf, sum } from '../windows.mjs';

/** Kernel, channels before and after, size of the maps, and the layer's name. */
const describe = ({ name, input: [batch, channels, height], weight: [outputs, , kernel] }) =>
  `${kernel}x${kernel} ${channels}->${outputs} at ${height} batch ${batch} ${name}`;

function forward(layer) {
  const { input, weight, output, window } = layer;
  const [, channels, ...size] = input;
  const [pixels, kernel] = [sizeOf(size), sizeOf(window.kernel)];
  return {
    name: `conv2d.forward ${describe(layer)}`,
    inputs: { x: random(input), weight: random(weight), bias: random([weight[0]]) },
    operands: ['x', 'weight'],
    launch: ({ x, weight, bias }) => ({ y: conv2d(x, weight, bias, window, true) }),
    expected: ({ x, weight, bias }) => ({
      y: (i) => {
        const [image, map, ...at] = indexOf(output, i);
        const seen = seenBy(window, size, at);
        const total = sum(channels, (c) =>
          sum(seen.length, (s) => {
            const { pixel, tap } = seen[s];
            return x[(image * channels + c) * pixels + pixel] * weight[(map * channels + c) * kernel + tap];
          }),
        );
        return Math.max(0, total + bias[map]);
      },
    }),
  };
}

function inputGradient(layer) {
  const { input, weight, output, window } = layer;
  const [, channels] = input;
  const [, outputs, ...size] = output;
  const [positions, kernel] = [sizeOf(size), sizeOf(window.kernel)];
  return {
    name: `conv2d.inputGradient ${describe(layer)}`,
    inputs: { dy: random(output), weight: random(weight) },
    operands: ['dy', 'weight'],
    launch: ({ dy, weight }) => ({ dx: conv2dInputGradient(dy, weight, input, window) }),
    expected: ({ dy, weight }) => ({
      dx: (i) => {
        const [image, channel, ...at] = indexOf(input, i);
        const seers = seersOf(window, size, at);
        return sum(outputs, (o) =>
          sum(seers.length, (s) => {
            const { output: position, tap } = seers[s];
            return (
              dy[(image * outputs + o) * positions + position] *
              weight[(o * channels + channel) * kernel + tap]
            );
          }),
        );
      },
    }),
  };
}

function weightGradient(layer) {
  const { input, weight, output, window } = layer;
  const [batch, channels, ...size] = input;
  const [, outputs, rows, columns] = output;
  const [pixels, positions] = [sizeOf(size), rows * columns];
  return {
    name: `conv2d.weightGradient ${describe(layer)}`,
    inputs: { dy: random(output), x: random(input) },
    operands: ['dy', 'x'],
    launch: ({ dy, x }) => {
      const { weight: dweight, bias: dbias } = conv2dParameterGradients(dy, x, weight, window, true);
      return { dweight, dbias };
    },
    expected: ({ dy, x }) => {
      // Which pixel lies under which tap, for every output position.
      const pixelUnder = Array.from(
        { length: positions },
        (_, position) =>
          new Map(
            seenBy(window, size, indexOf([rows, columns], position)).map(({ pixel, tap }) => [tap, pixel]),
          ),
      );
      return {
        dweight: (i) => {
          const [map, channel, ...at] = indexOf(weight, i);
          const tap = at[0] * window.kernel[1] + at[1];
          const under = pixelUnder.map((pixels) => pixels.get(tap));
          return sum(batch, (n) =>
            sum(positions, (p) =>
              under[p] === undefined
                ? 0
                : dy[(n * outputs + map) * positions + p] * x[(n * channels + channel) * pixels + under[p]],
            ),
          );
        },
        dbias: (o) => sum(batch, (n) => sum(positions, (p) => dy[(n * outputs + o) * positions + p])),
      };
    },
  };
}

/** Nothing needs the gradient of the images, so the first layer has no input gradient. */
export const conv2dCases = ({ network: { layers } }) =>
  layers.flatMap((layer, index) =>
    index === 0
      ? [forward(layer), weightGradient(layer)]
      : [forward(layer), inputGradient(layer), weightGradient(layer)],
  );
