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
import { optimizerCases } from './cases/optimizers.mjs';
import { pointwiseCases } from './cases/pointwise.mjs';
import { poolCases } from './cases/pools.mjs';
import { networkOf } from './network.mjs';

const FAMILIES = [
  matmulCases,
  conv2dCases,
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
 * @returns {import('./measure.mjs').Case[]}
 */
export function casesOf(device, { batch, width = 1 }) {
  const network = networkOf({ batch, width });
  return FAMILIES.flatMap((family) => family({ device, network }));
}

/** What a case's name begins with: `conv2d` of `conv2d.forward 5x5 3->192`. */
export const groupOf = ({ name }) => /^\w+/.exec(name)[0];

/** The cases whose names contain one of the filters; all of them without any. A filter that chooses nothing is an error. */
export function choose(cases, filters) {
  const matches = (filter) => cases.filter(({ name }) => name.includes(filter));
  const unknown = filters.find((filter) => matches(filter).length === 0);
  if (unknown !== undefined) {
    const groups = [...new Set(cases.map(groupOf))];
    throw new FilterError(`no benchmark is called "${unknown}"; there are ${groups.join(', ')}`);
  }
  return filters.length === 0
    ? cases
    : cases.filter((one) => filters.some((filter) => one.name.includes(filter)));
}

export class FilterError extends Error {}
