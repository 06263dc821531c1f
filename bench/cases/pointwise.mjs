/** ReLU, the gradient of a bias, and dropout, on the largest maps of the network. */
import { biasGradient } from '../../dist/kernels/bias-gradient.js';
import { dropout } from '../../dist/kernels/elementwise/dropout.js';
import { relu, reluGradient } from '../../dist/kernels/elementwise/relu.js';
import { pcg3d } from '../../dist/tensor/random.js';
import { sizeOf } from '../../dist/tensor/shape.js';
import { given, random } from '../inputs.mjs';
import { dimensions } from '../network.mjs';
import { sum } from '../windows.mjs';

const P = 0.5;

export function pointwiseCases({ network: { layers } }) {
  const shape = layers[0].output;
  const [batch, channels, ...size] = shape;
  const plane = sizeOf(size);
  const title = dimensions(shape);
  const x = random(shape);
  return [
    {
      name: `relu.forward ${title}`,
      inputs: { x },
      launch: ({ x }) => ({ y: relu(x) }),
      expected: ({ x }) => ({ y: (i) => Math.max(0, x[i]) }),
    },
    {
      name: `relu.backward ${title}`,
      inputs: { y: x, dy: x },
      launch: ({ y, dy }) => ({ dx: reluGradient(y, dy) }),
      expected: ({ y, dy }) => ({ dx: (i) => (y[i] > 0 ? dy[i] : 0) }),
    },
    {
      name: `bias.gradient ${title}`,
      inputs: { dy: x },
      launch: ({ dy }) => ({ dbias: biasGradient(dy) }),
      expected: ({ dy }) => ({
        dbias: (channel) =>
          sum(batch, (n) => sum(plane, (position) => dy[(n * channels + channel) * plane + position])),
      }),
    },
    {
      name: `dropout ${title}`,
      inputs: { x, key: given(Uint32Array.of(1, 2)) },
      launch: ({ x, key }) => ({ y: dropout(x, key, P) }),
      expected: ({ x, key: [seed, counter] }) => ({
        y: (i) => (pcg3d(seed, counter, i)[0] >= P * 2 ** 32 ? x[i] / (1 - P) : 0),
      }),
    },
  ];
}
