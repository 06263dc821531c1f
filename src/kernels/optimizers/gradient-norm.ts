import { Tensor } from '../../tensor/tensor.js';
import { defineKernel, elementCost, launch, linearGrid } from '../kernel.js';

const params = { size: 'u32', first: 'u32', limit: 'f32' } as const;

const WORKGROUP = 256;

/** A thread that looks at fewer elements than this costs more than it saves. */
const WORTH_A_THREAD = 16;

/** Workgroups that a gradient gets at the most, so that few parts are left to be put together. */
const MOST_PARTS = 256;

const partsOf = (size: number): number => Math.min(Math.ceil(size / WORKGROUP / WORTH_A_THREAD), MOST_PARTS);

/** What each workgroup finds in its share of a gradient. */
export const gradientNormPart = defineKernel({
  name: 'gradientNorm.part',
  shader: 'optimizers/gradient_norm.wgsl',
  entryPoint: 'part',
  bindings: { gradient: 'read', parts: 'write' },
  params,
  grid: ({ size }) => [partsOf(size), 1, 1],
  cost: ({ size }) => elementCost(size, 2 * size),
});

/** The norm, of all that was found. */
export const gradientNormTotal = defineKernel({
  name: 'gradientNorm.total',
  shader: 'optimizers/gradient_norm.wgsl',
  entryPoint: 'total',
  bindings: { all_parts: 'read', norm: 'write' },
  params,
  grid: () => [1, 1, 1],
  cost: ({ size }) => elementCost(size, size),
});

/** A gradient made smaller where the norm is too large, in place. */
export const gradientNormScale = defineKernel({
  name: 'gradientNorm.scale',
  shader: 'optimizers/gradient_norm.wgsl',
  entryPoint: 'scale',
  bindings: { clipped: 'write', norm_found: 'read' },
  params,
  grid: ({ size }) => linearGrid(size),
  cost: ({ size }) => elementCost(2 * size, size),
});

/** The elements of a gradient brought within limits, in place. */
export const gradientClamp = defineKernel({
  name: 'gradientNorm.clamp',
  shader: 'optimizers/gradient_norm.wgsl',
  entryPoint: 'clamp_values',
  bindings: { clipped: 'write' },
  params,
  grid: ({ size }) => linearGrid(size),
  cost: ({ size }) => elementCost(2 * size, size),
});

/**
 * The norm of gradients, f32 of one device and not empty, as if they were one vector: a scalar, shape `[]`.
 * @param largest the largest magnitude, rather than the root of the sum of squares
 */
export function gradientNorm(gradients: readonly [Tensor, ...Tensor[]], largest: boolean): Tensor {
  const [{ device }] = gradients;
  const count = gradients.reduce((sum, { size }) => sum + partsOf(size), 0);
  const parts = new Tensor(device, [count]);
  let first = 0;
  for (const gradient of gradients) {
    const { size } = gradient;
    launch(gradientNormPart, { gradient, parts }, { size, first, limit: 0 }, { LARGEST: largest });
    first += partsOf(size);
  }
  const norm = new Tensor(device, []);
  launch(
    gradientNormTotal,
    { all_parts: parts, norm },
    { size: count, first: 0, limit: 0 },
    { LARGEST: largest },
  );
  parts.dispose();
  return norm;
}

/** Multiply a gradient by min(1, limit / (norm + 1e-6)), in place. */
export const scaleToNorm = (gradient: Tensor, norm: Tensor, limit: number): void =>
  launch(
    gradientNormScale,
    { clipped: gradient, norm_found: norm },
    { size: gradient.size, first: 0, limit },
  );

/** Bring the elements of a gradient within -limit and limit, in place. */
export const clampGradient = (gradient: Tensor, limit: number): void =>
  launch(gradientClamp, { clipped: gradient }, { size: gradient.size, first: 0, limit });
