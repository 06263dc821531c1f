/** What kernels share that make planes of another size, each position by itself: what their shaders are told first, in this order. */
import type { Shape } from '../../tensor/shape.js';

export const planeParams = {
  planes: 'u32',
  height: 'u32',
  width: 'u32',
  out_height: 'u32',
  out_width: 'u32',
} as const;

export type PlaneParams = Readonly<Record<keyof typeof planeParams, number>>;

/** For an input of shape [N, C, ., .], of which each plane becomes one of `rows` by `columns`. */
export const planeParamsOf = (
  [images = 0, channels = 0, height = 0, width = 0]: Shape,
  [rows, columns]: readonly [number, number],
): PlaneParams => ({ planes: images * channels, height, width, out_height: rows, out_width: columns });

/** Elements of a plane of the input. */
export const pixelsOf = (p: PlaneParams): number => p.height * p.width;
/** Elements of a plane of the output. */
export const positionsOf = (p: PlaneParams): number => p.out_height * p.out_width;
/** Elements of all planes, of the input and the output. */
export const elementsOf = (p: PlaneParams): number => p.planes * (pixelsOf(p) + positionsOf(p));
