/** What a `GradScaler` launches: the search for gradients that are not finite, and what becomes of the scale. */
import type { Tensor } from '../../tensor/tensor.js';
import { defineKernel, elementCost, launch, linearGrid } from '../kernel.js';

const search = { start: 'u32', size: 'u32', slot: 'u32' } as const;

/** found[slot] = 1 where a gradient, divided by the scale, is infinite or NaN. */
export const findNotFiniteKernel = defineKernel({
  name: 'notFinite.find',
  shader: 'optimizers/not_finite.wgsl',
  entryPoint: 'find',
  bindings: { gradient: 'read', elements_of_block: 'read', state: 'write' },
  params: search,
  grid: ({ size }) => linearGrid(Math.ceil(size / 4)),
  cost: ({ size }) => elementCost(size),
});

/** The same, and gradient = gradient / scale, in place. */
export const unscaleKernel = defineKernel({
  name: 'notFinite.unscale',
  shader: 'optimizers/not_finite.wgsl',
  entryPoint: 'unscale',
  bindings: { unscaled: 'write', elements_of_block: 'read', state: 'write' },
  params: search,
  grid: ({ size }) => linearGrid(Math.ceil(size / 4)),
  cost: ({ size }) => elementCost(2 * size, size),
});

/** The scale of the next step. */
export const updateLossScaleKernel = defineKernel({
  name: 'lossScale.update',
  shader: 'optimizers/update_loss_scale.wgsl',
  entryPoint: 'update',
  bindings: { state: 'write' },
  params: { optimizers: 'u32', growth_factor: 'f32', backoff_factor: 'f32', growth_interval: 'u32' },
  grid: () => [1, 1, 1],
  cost: () => elementCost(6),
});

/** Optimizers that one scale can serve: what `struct LossScale` has room for. */
export const OPTIMIZERS = 32;

/** Words of `struct LossScale`. */
export const LOSS_SCALE_SIZE = 4 + OPTIMIZERS;

/** The state of a loss scale, and which of its optimizers is meant. */
export interface LossScaleSlot {
  /** f32 `[LOSS_SCALE_SIZE]`: the words of a `struct LossScale`. */
  readonly state: Tensor;
  readonly slot: number;
}

/** Gradients of parameters that lie side by side, all of them or those from one on. */
export interface FlatGradient {
  /** f32 */
  readonly gradient: Tensor;
  /** The element of the parameters at which they begin, a multiple of `BLOCK`. */
  readonly start: number;
  /** u32 `[blocks]`: how many elements of each block of the parameters are a parameter's. */
  readonly elementsOfBlock: Tensor;
}

/** Note whether one of the gradients is not finite. */
export function findNotFinite(
  { gradient, start, elementsOfBlock }: FlatGradient,
  { state, slot }: LossScaleSlot,
): void {
  const tensors = { gradient, elements_of_block: elementsOfBlock, state };
  launch(findNotFiniteKernel, tensors, { start: start / 4, size: gradient.size, slot });
}

/** The same, and divide them by the scale, in place. */
export function unscaleGradient(
  { gradient, start, elementsOfBlock }: FlatGradient,
  { state, slot }: LossScaleSlot,
): void {
  const tensors = { unscaled: gradient, elements_of_block: elementsOfBlock, state };
  launch(unscaleKernel, tensors, { start: start / 4, size: gradient.size, slot });
}

/** How a loss scale moves. */
export interface ScaleMoves {
  readonly growthFactor: number;
  readonly backoffFactor: number;
  readonly growthInterval: number;
}

/** Say what the next step's scale is, by what was found in the gradients of the first `optimizers` optimizers. */
export function updateLossScale(
  state: Tensor,
  optimizers: number,
  { growthFactor, backoffFactor, growthInterval }: ScaleMoves,
): void {
  launch(
    updateLossScaleKernel,
    { state },
    {
      optimizers,
      growth_factor: growthFactor,
      backoff_factor: backoffFactor,
      growth_interval: growthInterval,
    },
  );
}

/** What an optimizer's step must know of a scaled loss. */
export interface ScaledStep extends LossScaleSlot {
  /** Are the gradients still those of the scaled loss? */
  readonly unscales: boolean;
  /** u32 `[G]`: for each group of parameters, how many steps were skipped. */
  readonly skipped: Tensor;
}
