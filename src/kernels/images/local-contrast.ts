import { ArgumentError } from '../../errors/errors.js';
import { fromArray } from '../../tensor/create.js';
import { checkRank } from '../../tensor/shape.js';
import { Tensor } from '../../tensor/tensor.js';
import { checkDType } from '../check.js';
import { elementwise } from '../elementwise/elementwise.js';
import { defineKernel, elementCost, launch, linearGrid } from '../kernel.js';
import { sumOver } from '../reductions/reduce.js';

const params = { size: 'u32', length: 'u32', inner: 'u32', taps: 'u32', plane_size: 'u32' } as const;

/** The weighted sum of the neighbours along one axis. */
export const localContrastBlur = defineKernel({
  name: 'localContrast.blur',
  shader: 'images/local_contrast.wgsl',
  entryPoint: 'blur',
  bindings: { x: 'read', y: 'write', weights: 'read' },
  params,
  grid: ({ size }) => linearGrid(size),
  cost: ({ size, taps }) => elementCost(2 * size, 2 * size * taps),
});

/** y = sqrt(x). */
export const localContrastRoot = defineKernel({
  name: 'localContrast.root',
  shader: 'images/local_contrast.wgsl',
  entryPoint: 'root',
  bindings: { x: 'read', y: 'write' },
  params,
  grid: ({ size }) => linearGrid(size),
  cost: ({ size }) => elementCost(2 * size, size),
});

/** y = x / max(rms, the mean rms of its plane, 1e-4). */
export const localContrastDivide = defineKernel({
  name: 'localContrast.divide',
  shader: 'images/local_contrast.wgsl',
  entryPoint: 'divide',
  bindings: { x: 'read', y: 'write', rms: 'read', plane_rms: 'read' },
  params,
  grid: ({ size }) => linearGrid(size),
  cost: ({ size }) => elementCost(3 * size, 3 * size),
});

/** The Gaussian window under which a local mean is taken. */
export interface LocalContrastOptions {
  /** Side of the window, pixels; odd. */
  readonly size: number;
  /** Standard deviation of its Gaussian weights, pixels. */
  readonly sigma: number;
}

/** Weights of a Gaussian window along one axis; they sum to 1. */
export function gaussian({ size, sigma }: LocalContrastOptions): Float32Array {
  const weights = Array.from({ length: size }, (_, k) =>
    Math.exp(-(((k - (size - 1) / 2) / sigma) ** 2) / 2),
  );
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return Float32Array.from(weights, (weight) => weight / sum);
}

/**
 * Local contrast normalisation of x [N, C, H, W], each channel of each image by itself: with the local mean m and the local
 * root mean square s under a Gaussian window (zeros outside the image),
 *
 *   v = x - m(x)      y = v / max(s(v), mean over the plane of s(v), 1e-4)
 *
 * (LeCun's, see Jarrett et al., "What is the best multi-stage architecture for object recognition?", ICCV 2009, applied to each
 * channel as the code published with maxout networks does to the first). To be called inside `tidy`.
 * @throws ShapeError when x is not a batch of images, ArgumentError when the window's side is not odd, or sigma not above 0
 */
export function localContrast(x: Tensor, options: LocalContrastOptions): Tensor {
  checkRank('localContrast', 'the images', x.shape, 4, '[N, C, H, W]');
  checkDType('localContrast', 'the images', x);
  if (!Number.isInteger(options.size) || options.size % 2 !== 1 || !(options.sigma > 0)) {
    throw new ArgumentError(
      'localContrast',
      'a window',
      `of size ${options.size} and sigma ${options.sigma}`,
      'the size must be an odd whole number, sigma greater than 0',
    );
  }
  const weights = fromArray(x.device, gaussian(options), [options.size]);
  const local = (values: Tensor) => blurred(blurred(values, weights, 3), weights, 2);
  const centred = elementwise('subtract', x, local(x));
  const rms = new Tensor(x.device, x.shape);
  launch(localContrastRoot, { x: local(elementwise('multiply', centred, centred)), y: rms }, paramsOf(x));
  const plane_rms = sumOver(rms, [2, 3], { factor: 1 / paramsOf(x).plane_size });
  const y = new Tensor(x.device, x.shape);
  launch(localContrastDivide, { x: centred, y, rms, plane_rms }, paramsOf(x));
  return y;
}

/** The weighted sum of the neighbours along the rows' axis 2 or the columns' axis 3. */
function blurred(x: Tensor, weights: Tensor, axis: 2 | 3): Tensor {
  const y = new Tensor(x.device, x.shape);
  const [, , height, width] = x.shape as [number, number, number, number];
  const layout = axis === 2 ? { length: height, inner: width } : { length: width, inner: 1 };
  launch(localContrastBlur, { x, y, weights }, { ...paramsOf(x), ...layout, taps: weights.size });
  return y;
}

const paramsOf = ({ size, shape: [, , height = 0, width = 0] }: Tensor) => ({
  size,
  length: 1,
  inner: 1,
  taps: 1,
  plane_size: height * width,
});
