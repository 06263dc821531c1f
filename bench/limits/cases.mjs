/** What this device can do at best: cases like others, which come first, and what the others are compared with. */
import { launch } from '../../dist/kernels/kernel.js';
import { random, zeros } from '../inputs.mjs';
import { arithmetic, copy, THREADS } from './kernels.mjs';

/** Twice this, once read and once written, is more than the caches of most devices hold. */
const COPIED_FLOATS = 2 ** 24;

/** v <- v / 2 + 1/2 goes to 1. */
const TOWARDS_ONE = { rounds: 64, scale: 0.5, offset: 0.5 };

export const limitCases = () => [
  {
    name: 'limit.arithmetic',
    inputs: { y: zeros([THREADS]) },
    launch: ({ y }) => {
      launch(arithmetic, { y }, TOWARDS_ONE);
      return { y };
    },
    expected: () => ({ y: () => 8 }),
  },
  {
    name: 'limit.copy',
    inputs: { x: random([COPIED_FLOATS]), y: zeros([COPIED_FLOATS]) },
    launch: ({ x, y }) => {
      launch(copy, { x, y }, { size: COPIED_FLOATS / 4 });
      return { y };
    },
    expected: ({ x }) => ({ y: (i) => x[i] }),
  },
];
