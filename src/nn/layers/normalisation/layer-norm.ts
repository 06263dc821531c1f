import { layerNorm, normalizedShapeOf } from '../../../autograd/ops/normalisation/layer-norm.js';
import { ROW_NORM_RULES } from '../../../autograd/ops/normalisation/row-norm.js';
import { checkOptions } from '../../../errors/check-options.js';
import { boolean } from '../../../errors/rules.js';
import type { Device } from '../../../gpu/device.js';
import type { Shape } from '../../../tensor/shape.js';
import type { Tensor } from '../../../tensor/tensor.js';
import { constant } from '../../init.js';
import { Module } from '../../module.js';
import { Parameter } from '../../parameter.js';

/** How a layer norm normalises, and what it learns. */
export interface LayerNormOptions {
  /** Added to the variance before its root is taken (default 1e-5). */
  eps?: number;
  /** Scale and shift by numbers that are learned, one for each element (default true). */
  elementwiseAffine?: boolean;
  /** With `elementwiseAffine`, shift too (default true). */
  bias?: boolean;
}

/**
 * Normalises what lies along the last axes of `[..., ...normalizedShape]` to mean 0 and variance 1, each by itself, then scales and shifts
 * it by `weight` and `bias`, of that shape. Ba, Kiros & Hinton, "Layer Normalization" (2016).
 *
 * `new LayerNorm(device, 64)` normalises along the last axis, of length 64.
 */
export class LayerNorm extends Module {
  readonly normalizedShape: Shape;
  readonly weight: Parameter | null;
  readonly bias: Parameter | null;
  readonly eps: number;

  /** @param normalizedShape the lengths of the axes, a lone number for the last one */
  constructor(device: Device, normalizedShape: number | Shape, options: LayerNormOptions = {}) {
    super();
    this.normalizedShape = normalizedShapeOf('LayerNorm', normalizedShape);
    checkOptions('LayerNorm', options, { ...ROW_NORM_RULES, elementwiseAffine: boolean, bias: boolean });
    const { eps = 1e-5, elementwiseAffine = true, bias = true } = options;
    const parameter = (value: number) => new Parameter(device, this.normalizedShape, constant(value));
    this.weight = elementwiseAffine ? parameter(1) : null;
    this.bias = elementwiseAffine && bias ? parameter(0) : null;
    this.eps = eps;
  }

  /**
   * @param x `[..., ...normalizedShape]`
   * @returns the same shape
   * @throws ShapeError when x does not end so
   */
  forward(x: Tensor): Tensor {
    const { normalizedShape, weight, bias, eps } = this;
    return this.attempt(() => layerNorm(x, normalizedShape, weight, bias, { eps }));
  }
}
