import { DawngradError } from '../../errors/errors.js';
import type { Tensor } from '../../tensor/tensor.js';
import { chooseVariant, variantsFor } from './choice/choose-variant.js';
import { LADDER, type MatmulVariant } from './ladder/ladder.js';
import type { Operands } from './ladder/rung.js';
import type { Epilogue, Product, Stored } from './product.js';

/**
 * Compute a `Product` of `a` and `b` into `c`, by the rung that is named or else the one that is likely the fastest here.
 * @throws DawngradError when the named rung cannot compute it, with those that can
 */
export function multiplyInto(
  c: Tensor,
  a: Tensor,
  b: Tensor,
  product: Product,
  epilogue: Epilogue = {},
  variant: MatmulVariant = chooseVariant(c.device, product, epilogue, storedIn({ a, b, c })),
): void {
  const { accepts, launch } = LADDER[variant];
  if (!accepts(c.device, product, epilogue)) {
    throw new DawngradError(
      `matmul: ${variant} cannot compute ${product.rows} x ${product.columns} elements of this layout on ` +
        `${c.device.adapter.name}; take one of ${variantsFor(c.device, product, epilogue).join(', ')}`,
    );
  }
  launch({ a, b, c }, product, epilogue);
}

const storedIn = ({ a, b, c }: Operands): Stored => ({ a: a.dtype, b: b.dtype, c: c.dtype });
