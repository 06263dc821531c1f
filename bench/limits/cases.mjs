/** What this device can do at best: cases like others, which come first, and what the others are compared with. */
import { launch } from '../../dist/kernels/kernel.js';
import { given, random, zeros } from '../inputs.mjs';
import { arithmetic, copy, matrix, SUBGROUPS, THREADS } from './kernels.mjs';

/** Twice this, once read and once written, is more than the caches of most devices hold. */
const COPIED_FLOATS = 2 ** 24;

/** v <- v / 2 + 1/2 goes to 1. */
const TOWARDS_ONE = { rounds: 64, scale: 0.5, offset: 0.5 };

export const limitCases = (device) => [
  ...arithmeticAndCopy(),
  ...(multipliesHalves(device) ? [matrixLimitCase()] : []),
];

const arithmeticAndCopy = () => [
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

/** Sixteen sums of this many products of ones with thousandths: what they come to is a small whole number. */
const MATRIX_ROUNDS = 256;

/** Do subgroups of 32 multiply 16 x 16 halves here? Elsewhere there is no limit to measure yet. */
const multipliesHalves = ({ adapter: { subgroupSize, subgroupMatrices } }) =>
  subgroupSize.min === 32 &&
  subgroupSize.max === 32 &&
  subgroupMatrices.some(
    ({ componentType, resultComponentType, ...sizes }) =>
      componentType === 'f16' &&
      resultComponentType === 'f32' &&
      [sizes.M, sizes.N, sizes.K].every((size) => size === 16),
  );

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
