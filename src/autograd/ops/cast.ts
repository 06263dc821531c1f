import { checkArgument } from '../../errors/check-options.js';
import { oneOf } from '../../errors/rules.js';
import { cast as castKernel } from '../../kernels/elementwise/cast.js';
import { checkTensor } from '../../tensor/check.js';
import type { Tensor } from '../../tensor/tensor.js';
import { putOnTape } from '../tape.js';

/**
 * The same numbers as another type, as PyTorch's `x.to(dtype)`: x itself if it is of that type. To f16 they are rounded, and what is
 * too large becomes infinite; integers from 2^24 on are rounded to f32. So the share of right answers is
 * `cast(eq(argmax(logits, 1), labels), 'f32').mean()`.
 * @throws ArgumentError if the type is another than `'f32'` or `'f16'`; DawngradError for f16 on a device without `shader-f16`
 */
export function cast(x: Tensor, dtype: 'f32' | 'f16'): Tensor {
  checkTensor('cast', 'x', x);
  checkArgument('cast', 'dtype', dtype, oneOf('f32', 'f16'));
  if (x.dtype === dtype) return x;
  // dx = dy, as x's type: the tape sees to that
  return putOnTape('cast', castKernel(x, dtype), [x], (dy) => [dy], { reads: [] });
}
