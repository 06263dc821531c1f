/**
 * What the kernels of optimizers share: parameters side by side in one flat array, in blocks of which each belongs to one
 * group of parameters, so that one launch updates them all. See `shaders/optimizers/flat_parameters.wgsl`.
 */
import { ShapeError } from '../../errors/errors.js';
import { BLOCK, blocksOf } from '../../tensor/flat.js';
import { checkSameShape, formatShape } from '../../tensor/shape.js';
import type { Tensor } from '../../tensor/tensor.js';
import type { ScaledStep } from './loss-scale.js';

/** Parameters side by side, `S` elements with the gaps between them, and what updates them. */
export interface FlatTensors {
  /** f32 `[S]`, updated in place. */
  readonly parameter: Tensor;
  /** f32, for the parameters from element `start` on. */
  readonly gradient: Tensor;
  /** f32 `[G, fields]`: for each group of parameters what its hyper-parameters are. */
  readonly hyper: Tensor;
  /** u32 `[blocksOf(S)]`: which group each block is of. */
  readonly groupOfBlock: Tensor;
}

/** The kernels' `struct Params`. */
export const flatParams = { start: 'u32', size: 'u32', slot: 'u32', unscales: 'u32' } as const;

/**
 * What that says of a step: `start` in quads of elements.
 * @param state what the optimizer remembers, each f32 `[S]`
 * @param fields of the shader's `struct Hyper`
 * @param scaled what there is to know where the loss was scaled
 * @throws ShapeError when a tensor has another shape, or the gradient does not lie within the parameters
 */
export function flatRange(
  op: string,
  { parameter, gradient, hyper, groupOfBlock }: FlatTensors,
  state: readonly Tensor[],
  fields: number,
  start: number,
  scaled?: ScaledStep,
): Record<keyof typeof flatParams, number> {
  for (const { shape } of state) checkSameShape(op, parameter.shape, shape);
  checkSameShape(op, hyper.shape, [hyper.shape[0] ?? 0, fields]);
  checkSameShape(op, groupOfBlock.shape, [blocksOf(parameter.size)]);
  if (start % BLOCK !== 0 || start + gradient.size > parameter.size) {
    throw new ShapeError(
      op,
      `a gradient ${formatShape(gradient.shape)} from element ${start} of parameters ${formatShape(parameter.shape)}; ` +
        `it must begin at a multiple of ${BLOCK} and lie within`,
    );
  }
  if (scaled) checkSameShape(op, scaled.skipped.shape, [hyper.shape[0] ?? 0]);
  const { slot = 0, unscales = false } = scaled ?? {};
  return { start: start / 4, size: gradient.size, slot, unscales: Number(unscales) };
}
