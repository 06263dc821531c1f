/** Local response normalisation behind the first pool, where the network of section 4.6 has it. */
import {
  localResponseNorm,
  localResponseNormGradient,
} from '../../dist/kernels/normalisation/local-response-norm.js';
import { sizeOf } from '../../dist/tensor/shape.js';
import { random } from '../inputs.mjs';
import { dimensions } from '../network.mjs';
import { sum } from '../windows.mjs';

/** An alpha that lets the neighbours count. */
const NORM = { size: 9, alpha: 1, beta: 0.75, k: 1 };

export function localResponseNormCases({ network: { pools } }) {
  const shape = pools[0].output;
  const [, channels, ...size] = shape;
  const positions = sizeOf(size);
  const title = `${dimensions(shape)} over ${NORM.size} channels`;
  const reach = (NORM.size - 1) / 2;
  /** Positions of the elements in the window around element `i`, which are those whose windows hold it: the size is odd. */
  const window = (i) => {
    const channel = Math.floor(i / positions) % channels;
    const first = Math.max(channel - reach, 0);
    const last = Math.min(channel + reach, channels - 1);
    return Array.from({ length: last - first + 1 }, (_, at) => i + (first + at - channel) * positions);
  };
  const total = (i, term) => {
    const around = window(i);
    return sum(around.length, (at) => term(around[at]));
  };
  const scale = NORM.alpha / NORM.size;
  const base = (x, i) => NORM.k + scale * total(i, (j) => x[j] ** 2);
  return [
    {
      name: `localResponseNorm.forward ${title}`,
      inputs: { x: random(shape) },
      launch: ({ x }) => ({ y: localResponseNorm(x, NORM) }),
      expected: ({ x }) => ({ y: (i) => x[i] * base(x, i) ** -NORM.beta }),
    },
    {
      name: `localResponseNorm.backward ${title}`,
      inputs: { x: random(shape), dy: random(shape) },
      launch: ({ x, dy }) => ({ dx: localResponseNormGradient(x, dy, NORM) }),
      expected: ({ x, dy }) => ({
        dx: (i) =>
          dy[i] * base(x, i) ** -NORM.beta -
          2 * scale * NORM.beta * x[i] * total(i, (j) => dy[j] * x[j] * base(x, j) ** (-NORM.beta - 1)),
      }),
    },
  ];
}
