import { type Shape, sameShape } from '../../tensor/shape.js';
import { Tensor } from '../../tensor/tensor.js';
import { copyBox, stridesOf } from '../copy-box.js';
import { type BroadcastLayout, broadcastLayout, broadcastStrides } from './broadcast.js';

/** A copy of `x`, of any type, repeated along axes until it has a shape that it broadcasts to. */
export function expanded(x: Tensor, shape: Shape): Tensor {
  const y = new Tensor(x.device, shape, x.dtype);
  const from = { offset: 0, strides: broadcastStrides(x.shape, shape) };
  copyBox(x, y, shape, from, { offset: 0, strides: stridesOf(shape) });
  return y;
}

/** Launch on operands as one launch finds them: where it cannot stretch them all, they are stretched before. */
export function launchStretched<Operands extends readonly Tensor[]>(
  operands: Operands,
  shape: Shape,
  work: (operands: Operands, layout: BroadcastLayout) => void,
): void {
  const layoutOf = (all: readonly Tensor[]) =>
    broadcastLayout(
      all.map((each) => each.shape),
      shape,
    );
  const layout = layoutOf(operands);
  if (layout) {
    work(operands, layout);
    return;
  }
  const wide = operands.map((x) => (sameShape(x.shape, shape) ? x.view(shape) : expanded(x, shape)));
  work(wide as unknown as Operands, layoutOf(wide) as BroadcastLayout);
  for (const each of wide) each.dispose();
}
