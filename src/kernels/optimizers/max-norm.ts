import type { Tensor } from '../../tensor/tensor.js';
import { defineKernel, ENOUGH_WORKGROUPS, elementCost, launch } from '../kernel.js';

/** Rows that are longer than a limit, shortened to it, in place. */
export const maxNormKernel = defineKernel({
  name: 'maxNorm.constrain',
  shader: 'optimizers/max_norm.wgsl',
  entryPoint: 'constrain',
  bindings: { parameter: 'write' },
  params: { rows: 'u32', columns: 'u32', limit: 'f32' },
  grid: ({ rows }) => [Math.min(rows, ENOUGH_WORKGROUPS), 1, 1],
  cost: ({ rows, columns }) => elementCost(3 * rows * columns, 3 * rows * columns),
});

/**
 * Hold the Euclidean norm of all that enters each unit, or map, to a limit, in place. What has one number a unit, as biases, is
 * left alone.
 * @param parameter f32 `[out, ...]`
 * @param limit above 0
 */
export function constrainNorms(parameter: Tensor, limit: number): void {
  const [rows = 0] = parameter.shape;
  if (parameter.rank < 2 || parameter.size === 0) return;
  launch(maxNormKernel, { parameter }, { rows, columns: parameter.size / rows, limit });
}
