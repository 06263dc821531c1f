/** Every case, and how to choose among them. */
import { augmentCases } from './cases/augment.mjs';
import { batchNormCases } from './cases/batch-norm.mjs';
import { conv2dCases } from './cases/conv2d.mjs';
import { im2colCases } from './cases/im2col.mjs';
import { localConv2dCases } from './cases/local-conv2d.mjs';
import { localResponseNormCases } from './cases/local-response-norm.mjs';
import { lossCases } from './cases/loss.mjs';
import { matmulCases } from './cases/matmul.mjs';
import { maxoutCases } from './cases/maxout.mjs';
import { mlpConvCases } from './cases/mlp-conv.mjs';
import { optimizerCases } from './cases/optimizers.mjs';
import { pointwiseCases } from './cases/pointwise.mjs';
import { poolCases } from './cases/pools.mjs';
import { networkOf } from './network.mjs';

/** Each makes its cases from a device and a network. */
export const FAMILIES = [
  matmulCases,
  conv2dCases,
  mlpConvCases,
  im2colCases,
  pointwiseCases,
  poolCases,
  batchNormCases,
  maxoutCases,
  localConv2dCases,
  localResponseNormCases,
  lossCases,
  optimizerCases,
  augmentCases,
];

/**
 * Every kernel at the network's shapes.
 * @param {import('../dist/gpu/device.js').Device} device
 * @param {{ batch: number, width?: number }} options `width` multiplies the numbers of maps
 * @returns {import('./prepare.mjs').Case[]}
 */
export function casesOf(device, { batch, width = 1 }) {
  const network = networkOf({ batch, width });
  return FAMILIES.flatMap((family) => family({ device, network }));
}

/** What a case's name begins with: `conv2d` of `conv2d.forward 5x5 3->192`. */
export const groupOf = ({ name }) => /^\w+/.exec(name)[0];

/** Must a name contain all parts of a filter? `conv2d+block2` is for those with both. */
const matches =
  (filter) =>
  ({ name }) =>
    filter.split('+').every((part) => name.includes(part));

/**
 * The cases that one of the filters chooses, all of them without any, but for those that one of `without` does.
 * @template {{ name: string }} One
 * @param {readonly One[]} cases
 * @param {readonly string[]} filters
 * @param {readonly string[]} without
 * @returns {One[]}
 * @throws FilterError where one chooses nothing, or nothing is left
 */
export function choose(cases, filters, without = []) {
  const unknown = [...filters, ...without].find((filter) => !cases.some(matches(filter)));
  if (unknown !== undefined) {
    const groups = [...new Set(cases.map(groupOf))];
    throw new FilterError(`no benchmark is called "${unknown}"; there are ${groups.join(', ')}`);
  }
  const chosen = (one) => filters.length === 0 || filters.some((filter) => matches(filter)(one));
  const left = cases.filter((one) => chosen(one) && !without.some((filter) => matches(filter)(one)));
  if (left.length === 0) throw new FilterError('all that was chosen is left out by --without');
  return left;
}

export class FilterError extends Error {}
