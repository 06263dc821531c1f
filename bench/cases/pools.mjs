/** The pools between the blocks, as maximum and as average, and the global average at the end. */
import { avgPool, avgPoolGradient } from '../../dist/kernels/pools/avg-pool.js';
import { globalAvgPool, globalAvgPoolGradient } from '../../dist/kernels/pools/global-avg-pool.js';
import { maxPool, maxPoolGradient, maxPoolWithArgmax } from '../../dist/kernels/pools/max-pool.js';
import { sizeOf } from '../../dist/tensor/shape.js';
import { random } from '../inputs.mjs';
import { dimensions } from '../network.mjs';
import { indexOf, seenBy, seersOf, sum } from '../windows.mjs';

function casesOf({ name, input, output, window }) {
  const [, channels, ...size] = input;
  const positions = output.slice(2);
  const title = `${dimensions(input)} ${name}`;
  const x = random(input);
  const dy = random(output);

  /** Positions in the flat x of what the window of output `i` sees. */
  const seen = (i) => {
    const [image, channel, ...at] = indexOf(output, i);
    const plane = (image * channels + channel) * sizeOf(size);
    return seenBy(window, size, at).map(({ pixel }) => plane + pixel);
  };
  /** Positions in the flat output of the windows that see pixel `i`. */
  const seers = (i) => {
    const [image, channel, ...at] = indexOf(input, i);
    const plane = (image * channels + channel) * sizeOf(positions);
    return seersOf(window, positions, at).map(({ output }) => plane + output);
  };
  const largest = (x) => (i) => seen(i).reduce((best, at) => (x[at] > x[best] ? at : best));
  const maximum = (x) => (i) => x[largest(x)(i)];

  return [
    {
      name: `maxPool.forward ${title}`,
      inputs: { x },
      launch: ({ x }) => ({ y: maxPool(x, window) }),
      expected: ({ x }) => ({ y: maximum(x) }),
    },
    {
      name: `maxPool.forwardWithArgmax ${title}`,
      inputs: { x },
      launch: ({ x }) => maxPoolWithArgmax(x, window),
      expected: ({ x }) => ({ y: maximum(x), argmax: largest(x) }),
    },
    {
      name: `maxPool.backward ${title}`,
      inputs: { x, dy },
      prepare: ({ x }) => ({ argmax: maxPoolWithArgmax(x, window).argmax }),
      launch: ({ argmax, dy }) => ({ dx: maxPoolGradient(argmax, dy, input, window) }),
      expected: ({ argmax, dy }) => ({
        dx: (i) => seers(i).reduce((total, at) => total + (argmax[at] === i ? dy[at] : 0), 0),
      }),
    },
    {
      name: `avgPool.forward ${title}`,
      inputs: { x },
      launch: ({ x }) => ({ y: avgPool(x, window, false) }),
      expected: ({ x }) => ({
        y: (i) => seen(i).reduce((total, at) => total + x[at], 0) / seen(i).length,
      }),
    },
    {
      name: `avgPool.backward ${title}`,
      inputs: { dy },
      launch: ({ dy }) => ({ dx: avgPoolGradient(dy, input, window, false) }),
      expected: ({ dy }) => ({
        dx: (i) => seers(i).reduce((total, at) => total + dy[at] / seen(at).length, 0),
      }),
    },
  ];
}

function globalCases(shape) {
  const pixels = sizeOf(shape.slice(2));
  const title = dimensions(shape);
  return [
    {
      name: `globalAvgPool.forward ${title}`,
      inputs: { x: random(shape) },
      launch: ({ x }) => ({ y: globalAvgPool(x) }),
      expected: ({ x }) => ({ y: (i) => sum(pixels, (p) => x[i * pixels + p]) / pixels }),
    },
    {
      name: `globalAvgPool.backward ${title}`,
      inputs: { dy: random(shape.slice(0, 2)) },
      launch: ({ dy }) => ({ dx: globalAvgPoolGradient(dy, shape) }),
      expected: ({ dy }) => ({ dx: (i) => dy[Math.floor(i / pixels)] / pixels }),
    },
  ];
}

export const poolCases = ({ network: { layers, pools } }) => [
  ...pools.flatMap(casesOf),
  ...globalCases(layers.at(-1).output),
];
