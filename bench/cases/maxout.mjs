/** Maxout, on the largest maps of the network. */
import { maxout, maxoutGradient } from '../../dist/kernels/maxout.js';
import { sizeOf } from '../../dist/tensor/shape.js';
import { random } from '../inputs.mjs';
import { dimensions } from '../network.mjs';

const PIECES = 2;

export function maxoutCases({ network: { layers } }) {
  const input = layers[0].output;
  const [batch, channels, ...size] = input;
  const positions = sizeOf(size);
  const title = `${dimensions(input)} of ${PIECES} pieces`;
  /** Positions in the flat x of the pieces of output `i`. */
  const pieces = (i) => {
    const first = i + Math.floor(i / positions) * (PIECES - 1) * positions;
    return Array.from({ length: PIECES }, (_, piece) => first + piece * positions);
  };
  const winner = (x, i) => pieces(i).reduce((best, at) => (x[at] > x[best] ? at : best));
  /** The output that input `i` is a piece of. */
  const outputOf = (i) => Math.floor(i / (PIECES * positions)) * positions + (i % positions);
  return [
    {
      name: `maxout.forward ${title}`,
      inputs: { x: random(input) },
      launch: ({ x }) => ({ y: maxout(x, PIECES) }),
      expected: ({ x }) => ({ y: (i) => x[winner(x, i)] }),
    },
    {
      name: `maxout.backward ${title}`,
      inputs: { x: random(input), dy: random([batch, channels / PIECES, ...size]) },
      launch: ({ x, dy }) => ({ dx: maxoutGradient(x, dy, PIECES) }),
      expected: ({ x, dy }) => ({ dx: (i) => (winner(x, outputOf(i)) === i ? dy[outputOf(i)] : 0) }),
    },
  ];
}
