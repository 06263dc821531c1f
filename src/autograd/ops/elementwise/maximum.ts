import { choose } from '../../../kernels/elementwise/choose.js';
import { compare } from '../../../kernels/elementwise/compare.js';
import { elementwise, elementwiseWithNumber } from '../../../kernels/elementwise/elementwise.js';
import { filled } from '../../../kernels/fill.js';
import type { Tensor } from '../../../tensor/tensor.js';
import { tidy } from '../../../tensor/tidy.js';
import { putOnTape } from '../../tape.js';
import { unbroadcast } from '../../unbroadcast.js';

/**
 * y = the larger of a and b, elementwise; NaN where either is. Shapes broadcast as in NumPy. Of f16 and f32 it makes f32. The gradient
 * goes to the one that was taken, half of it to each of equals, and all of it to both where either is NaN, as in PyTorch.
 * @throws ShapeError if the shapes do not broadcast, ArgumentError if a tensor is of integers
 */
export const maximum = (a: Tensor, b: Tensor): Tensor => extreme('maximum', a, b);

/** y = the smaller of a and b, elementwise: see `maximum`. @throws as `maximum` */
export const minimum = (a: Tensor, b: Tensor): Tensor => extreme('minimum', a, b);

function extreme(op: 'maximum' | 'minimum', a: Tensor, b: Tensor): Tensor {
  const y = elementwise(op, a, b);
  const [loses, wins] = op === 'maximum' ? (['lt', 'gt'] as const) : (['gt', 'lt'] as const);
  // da = dy, dy / 2 where a = b, 0 where b was taken; db likewise; each summed over the axes it was stretched along
  const backward = (dy: Tensor) =>
    tidy(dy.device, () => {
      const none = filled(dy.device, [], 0, dy.dtype);
      const shared = choose(compare('eq', a, b), elementwiseWithNumber('multiply', dy, 0.5), dy);
      const gradient = (x: Tensor, lost: typeof loses) =>
        x.requiresGrad ? unbroadcast(choose(compare(lost, a, b), none, shared), x.shape) : null;
      return [gradient(a, loses), gradient(b, wins)];
    });
  return putOnTape(op, y, [a, b], backward, { reads: [a, b] });
}
