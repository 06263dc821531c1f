/** Convolutions from pieces of images, whose windows move by single rows and columns (shaders/products/shared/pieces.wgsl). */
import type { Constants } from '../../../gpu/shaders/shader.js';
import type { Product } from '../product.js';

/** The taps of a window, and from one to the next: constants of shaders. */
interface Taps extends Constants {
  readonly KERNEL_HEIGHT: number;
  readonly KERNEL_WIDTH: number;
  readonly APART_Y: number;
  readonly APART_X: number;
}

/** The taps that such a product adds up over, and how wide its images are; undefined for every other product. */
export function slidingTaps({
  middle = 1,
  outer,
  b: { window },
  c,
}: Product): { readonly taps: Taps; readonly width: number } | undefined {
  if (!window || outer !== 1 || window.innerX || c.rowSums !== undefined) return undefined;
  const { width, y, x } = window.column;
  if (y !== 1 || x !== 1) return undefined;
  const KERNEL_WIDTH = window.middle.width;
  const KERNEL_HEIGHT = middle / KERNEL_WIDTH;
  const [APART_Y, APART_X] = [window.middle.y, window.middle.x];
  if (!Number.isInteger(KERNEL_HEIGHT) || APART_Y < 1 || APART_X < 1) return undefined;
  return { taps: { KERNEL_HEIGHT, KERNEL_WIDTH, APART_Y, APART_X }, width };
}

/** In how many pieces a product is computed. */
export function piecesOfImages(
  { PIECE_WIDTH, LINES, IMAGES = 1 }: Constants,
  { columns, group, column_width }: Readonly<Record<'columns' | 'group' | 'column_width', number>>,
): number {
  const across = Math.ceil(column_width / Number(PIECE_WIDTH));
  const down = Math.ceil(Math.ceil(group / column_width) / Number(LINES));
  return Math.ceil(columns / group / Number(IMAGES)) * across * down;
}
