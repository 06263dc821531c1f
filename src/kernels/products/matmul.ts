import { DawngradError } from '../../errors/errors.js';
import type { Tensor } from '../../tensor/tensor.js';
import { launch } from '../kernel.js';
import {
  fits,
  LADDER,
  type MatmulVariant,
  preferredVariant,
  type Rung,
  variantsFor,
} from './matmul-ladder.js';
import type { Epilogue, Product, SlidingWindow } from './product.js';
import { tunedVariant } from './tuning/tuned-variant.js';

/** A window over nothing, for products that need none. */
const NO_WINDOW: SlidingWindow = {
  height: 0,
  width: 0,
  originY: 0,
  originX: 0,
  column: { width: 1, y: 0, x: 0 },
  middle: { width: 1, y: 0, x: 0 },
};

/** Compute a `Product` of `a` and `b` into `c`. */
export function multiplyInto(
  c: Tensor,
  a: Tensor,
  b: Tensor,
  product: Product,
  epilogue: Epilogue = {},
  variant: MatmulVariant = tunedVariant(c.device, product, epilogue) ?? preferredVariant(c.device, product),
): void {
  const { bias, accumulate = false, relu = false, mask } = epilogue;
  const { a: from, b: by, c: to, middle = 1, exact: _, ...sizes } = product;
  if (!fits(variant, c.device, product)) {
    throw new DawngradError(
      `matmul: ${variant} cannot compute ${product.rows} x ${product.columns} elements of this layout on ` +
        `${c.device.adapter.name}; take one of ${variantsFor(c.device, product).join(', ')}`,
    );
  }
  const { kernel, constants, specialise }: Rung = LADDER[variant];
  const window = by.window ?? NO_WINDOW;
  launch(
    kernel,
    { a, b, bias: bias?.values ?? a, mask: mask ?? b, c }, // an unused binding still needs a buffer, of the same type
    {
      ...sizes,
      middle,
      a_start: from.start ?? 0,
      a_batch: from.batch ?? 0,
      a_row: from.row,
      a_outer: from.outer ?? 0,
      a_middle: from.middle ?? 0,
      a_inner: from.inner,
      b_start: by.start ?? 0,
      b_batch: by.batch ?? 0,
      b_outer: by.outer ?? 0,
      b_inner: by.inner,
      b_group: by.group ?? 0,
      b_column: by.column,
      c_start: to.start ?? 0,
      c_batch: to.batch ?? 0,
      c_row: to.row,
      c_group: to.group ?? 0,
      c_column: to.column,
      row_sums_start: to.rowSums ?? 0,
      height: window.height,
      width: window.width,
      origin_y: window.originY,
      origin_x: window.originX,
      column_width: window.column.width,
      column_y: window.column.y,
      column_x: window.column.x,
      middle_width: window.middle.width,
      middle_y: window.middle.y,
      middle_x: window.middle.x,
      inner_x: window.innerX ?? 0,
    },
    {
      ...(by.window && { WINDOW: true }), // not all know windows
      ROW_BIAS: bias?.per === 'row',
      COLUMN_BIAS: bias?.per === 'column',
      ACCUMULATE: accumulate,
      RELU: relu,
      MASK: mask !== undefined,
      ...(to.rowSums !== undefined && { ROW_SUMS: true }), // nor these
      ...constants,
      ...specialise?.(product, c.device),
    },
  );
}
