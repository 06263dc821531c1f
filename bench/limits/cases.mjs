/** What this device can do at best: cases like others, which come first, and what the others are compared with. */
import { COPIED_FLOATS, MATRIX_ROUNDS, multipliesHalves, TOWARDS_ONE } from '../../dist/inspect/limits.js';
import { launch } from '../../dist/kernels/kernel.js';
import { given, random, zeros } from '../inputs.mjs';
import { arithmetic, copy, matrix, SUBGROUPS, THREADS } from './kernels.mjs';

/** They are timed in every turn, so they are short: what takes longer repeats them. */
const ROUNDS = { ...TOWARDS_ONE, rounds: TOWARDS_ONE.rounds / 8 };

export const limitCases = (device) => [
  ...arithmeticAndCopy(),
  ...(multipliesHalves(device) ? [matrixLimitCase()] : []),
];

const arithmeticAndCopy = () => [
  {
    name: 'limit.arithmetic',
    inputs: { y: zeros([THREADS]) },
    launch: ({ y }) => {
      launch(arithmetic, { y }, ROUNDS);
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

/** What its matrix units can do, on a device that has such, and was asked for with a precision that uses them. */
const matrixLimitCase = () => ({
  name: 'limit.matrix',
  inputs: { ones: given(new Float32Array(4).fill(1)), y: zeros([SUBGROUPS]) },
  launch: ({ ones, y }) => {
    launch(matrix, { ones, y }, { rounds: MATRIX_ROUNDS });
    return { y };
  },
  expected: ({ ones }) => ({ y: () => (ones[0] * 16 * 16 * MATRIX_ROUNDS) / 1024 }),
});
