import type { DType, Tensor } from '../../tensor/tensor.js';

/**
 * One launch computes `batches` products
 *
 *   c[batch][row][column] = sum over (outer, middle, inner) of a[batch][row][outer, middle, inner] * b[batch][outer, inner][column]
 *
 * Strides are in elements; an axis of stride 0 is broadcast. Columns come in groups of `group` columns (a convolution's
 * images), the sum in `outer` times `middle` blocks of `inner` terms. `middle` is for products that read b through a window.
 */
export interface Product {
  readonly batches: number;
  readonly rows: number;
  readonly columns: number;
  readonly outer: number;
  readonly middle?: number;
  readonly inner: number;
  readonly group: number;
  /** Operands must not be rounded, even on a device that may. */
  readonly exact?: boolean;
  readonly a: { start?: number; batch?: number; row: number; outer?: number; middle?: number; inner: number };
  readonly b: {
    start?: number;
    batch?: number;
    outer?: number;
    inner: number;
    group?: number;
    column: number;
    window?: SlidingWindow;
  };
  readonly c: {
    start?: number;
    batch?: number;
    row: number;
    group?: number;
    column: number;
    /** From here on, what each row of a adds up to is stored too, `[batches, rows]`: a bias's gradient beside a weight's. */
    rowSums?: number;
  };
}

/** As what the operands of a product are stored: f32 or f16. A mask is stored as c is, a bias in single precision. */
export type Stored = Readonly<Record<'a' | 'b' | 'c', DType>>;

/** In single precision, all of them. */
export const SINGLES: Stored = { a: 'f32', b: 'f32', c: 'f32' };

/** Steps in y and x; an index i on an axis of width w is at y = floor(i / w) and x = i mod w, before the steps. */
export interface Steps {
  readonly width: number;
  readonly y: number;
  readonly x: number;
}

/**
 * How a product reads images in b through a window, so that none needs to be unfolded: where the element of a column and a
 * term lies in an image of `height` x `width`, outside of which there are zeros. See `shaders/products/matmul_specification.wgsl`.
 */
export interface SlidingWindow {
  readonly height: number;
  readonly width: number;
  readonly originY: number;
  readonly originX: number;
  readonly column: Steps;
  readonly middle: Steps;
  readonly innerX?: number;
}

/** What happens to a sum before it is stored, in this order: bias, what `c` holds already, ReLU, mask. */
export interface Epilogue {
  /** One value a row (`[rows]`) or a column (`[columns]`). */
  readonly bias?: { readonly values: Tensor; readonly per: 'row' | 'column' };
  readonly accumulate?: boolean;
  readonly relu?: boolean;
  /** Laid out as `c`: where it is 0 or below, the sum becomes 0. The gradient of a ReLU whose result this is. */
  readonly mask?: Tensor;
}
