/** The kernels that find a device's limits: arithmetic, copying and, where it has such, matrix units. Of use to nobody else. */
import { defineKernel, elementCost, linearGrid } from './kernel.js';

const WORKGROUP = 64;
const CHAINS = 8;
const STEPS_PER_ROUND = 32;

/** Threads of `arithmetic`: as many as fill a large GPU several times. */
export const THREADS = 2 ** 18;

export const arithmetic = defineKernel({
  name: 'limit.arithmetic',
  shader: 'limits/arithmetic.wgsl',
  entryPoint: 'arithmetic',
  bindings: { y: 'write' },
  params: { rounds: 'u32', scale: 'f32', offset: 'f32' },
  grid: () => [THREADS / WORKGROUP, 1, 1],
  cost: ({ rounds }) => ({ flops: 2 * THREADS * rounds * STEPS_PER_ROUND * CHAINS, bytes: 4 * THREADS }),
});

export const copy = defineKernel({
  name: 'limit.copy',
  shader: 'limits/copy.wgsl',
  entryPoint: 'copy',
  bindings: { x: 'read', y: 'write' },
  params: { size: 'u32' },
  grid: ({ size }) => linearGrid(size),
  cost: ({ size }) => elementCost(8 * size),
});

const SUBGROUP = 32;
const MATRIX_WORKGROUP = 128;
const SUMS = 16;
const PRODUCT = 2 * 16 ** 3;

/** Subgroups of `matrix`: as many as fill a large GPU several times. */
export const SUBGROUPS = 2 ** 14;

export const matrix = defineKernel({
  name: 'limit.matrix',
  shader: 'limits/matrix.wgsl',
  entryPoint: 'matrix',
  bindings: { ones: 'read', y: 'write' },
  params: { rounds: 'u32' },
  grid: () => [(SUBGROUPS * SUBGROUP) / MATRIX_WORKGROUP, 1, 1],
  cost: ({ rounds }) => ({ flops: PRODUCT * SUBGROUPS * rounds * SUMS, bytes: 4 * SUBGROUPS }),
});
