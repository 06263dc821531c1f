import { checkRank } from '../../tensor/shape.js';
import { Tensor } from '../../tensor/tensor.js';
import { checkDType } from '../check.js';
import { defineKernel, ENOUGH_WORKGROUPS, elementCost, launch } from '../kernel.js';

/** Each image less its mean, scaled to the norm `scale`. */
export const globalContrastKernel = defineKernel({
  name: 'globalContrast.normalise',
  shader: 'images/global_contrast.wgsl',
  entryPoint: 'normalise',
  bindings: { x: 'read', y: 'write' },
  params: { images: 'u32', features: 'u32', scale: 'f32' },
  grid: ({ images }) => [Math.min(images, ENOUGH_WORKGROUPS), 1, 1],
  cost: ({ images, features }) => elementCost(2 * images * features, 7 * images * features),
});

/**
 * Each image of x [N, C, H, W] less its mean, then scaled to the Euclidean norm `scale`, all channels together; an image of
 * one colour becomes 0.
 * @throws ShapeError when x has other axes, ArgumentError when it is not f32
 */
export function globalContrast(x: Tensor, scale: number): Tensor {
  checkRank('globalContrast', 'the images', x.shape, 4, '[N, C, H, W]');
  checkDType('globalContrast', 'the images', x);
  const y = new Tensor(x.device, x.shape);
  const [images] = x.shape as [number];
  launch(globalContrastKernel, { x, y }, { images, features: x.size / images, scale });
  return y;
}
