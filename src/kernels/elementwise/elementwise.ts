import { checkOneDevice } from '../../tensor/check.js';
import { broadcastShape, type Shape, sameShape } from '../../tensor/shape.js';
import { type DType, Tensor } from '../../tensor/tensor.js';
import { checkFloats } from '../check.js';
import { defineKernel, launch, linearGrid } from '../kernel.js';
import { commonDType } from '../stored-dtype.js';
import {
  type BroadcastLayout,
  broadcastLayout,
  innerLengths,
  isFlat,
  NO_LAYOUT,
  stretchedInPart,
  stretchedParams,
  stridesOfOperand,
} from './broadcast.js';

/** Values of the shader's OPERATION. */
const OPERATIONS = { add: 0, subtract: 1, multiply: 2, divide: 3, maximum: 4, minimum: 5 } as const;

/** What is done with each pair of elements. */
export type Operation = keyof typeof OPERATIONS;

const params = { size: 'u32', value: 'f32', ...stretchedParams('a', 'b') } as const;

/** y = a op b, of one shape. */
export const elementwiseFlat = defineKernel({
  name: 'elementwise.flat',
  shader: 'elementwise/elementwise.wgsl',
  entryPoint: 'flat',
  bindings: { a: 'read', b: 'read', y: 'write' },
  storage: { StoredA: ['a'], StoredB: ['b'], StoredY: ['y'] },
  params,
  grid: ({ size }) => linearGrid(size),
  cost: ({ size }, { StoredA, StoredB, StoredY }) => ({
    flops: size,
    bytes: (StoredA + StoredB + StoredY) * size,
  }),
});

/** y = a op b, where axes of length 1 are stretched by a stride of 0. */
export const elementwiseBroadcast = defineKernel({
  name: 'elementwise.broadcast',
  shader: 'elementwise/elementwise.wgsl',
  entryPoint: 'broadcast',
  bindings: { a: 'read', b: 'read', y: 'write' },
  storage: { StoredA: ['a'], StoredB: ['b'], StoredY: ['y'] },
  params,
  grid: ({ size }) => linearGrid(size),
  cost: ({ size }, { StoredA, StoredY }) => ({ flops: size, bytes: (StoredA + StoredY) * size }),
});

/** result = a op value, a number that is the same for every element. */
export const elementwiseNumber = defineKernel({
  name: 'elementwise.number',
  shader: 'elementwise/elementwise.wgsl',
  entryPoint: 'number',
  bindings: { a: 'read', result: 'write' },
  storage: { StoredA: ['a'], StoredY: ['result'] },
  params,
  grid: ({ size }) => linearGrid(size),
  cost: ({ size }, { StoredA, StoredY }) => ({ flops: size, bytes: (StoredA + StoredY) * size }),
});

/** result = value a, where axes of length 1 are stretched: the gradient of a sum, or of a mean. */
export const elementwiseExpand = defineKernel({
  name: 'elementwise.expand',
  shader: 'elementwise/elementwise.wgsl',
  entryPoint: 'expand',
  bindings: { a: 'read', result: 'write' },
  storage: { StoredA: ['a'], StoredY: ['result'] },
  params,
  grid: ({ size }) => linearGrid(size),
  cost: ({ size }, { StoredY }) => ({ flops: size, bytes: StoredY * size }),
});

/** The shader's parameters for a result of `size` elements. */
const paramsOf = (
  size: number,
  value: number,
  layout: BroadcastLayout = NO_LAYOUT,
): Record<keyof typeof params, number> => ({
  size,
  value,
  ...innerLengths(layout),
  ...stridesOfOperand('a', layout, 0),
  ...stridesOfOperand('b', layout, 1),
});

/**
 * `a op b`, elementwise, of the shape to which `a` and `b` broadcast.
 * @param wanted type of the result: by default f16 where both are
 * @throws ShapeError when they do not, or take more than four separate axes to; ArgumentError when one is of integers
 */
export function elementwise(operation: Operation, a: Tensor, b: Tensor, wanted?: DType): Tensor {
  checkFloats(operation, 'a', a);
  checkFloats(operation, 'b', b);
  checkOneDevice(operation, { a, b });
  const dtype = wanted ?? commonDType(a, b);
  const shape = broadcastShape(operation, a.shape, b.shape);
  const layout = broadcastLayout([a.shape, b.shape], shape);
  if (!layout) return elementwiseOfStretched(operation, a, b, shape, dtype);
  const y = new Tensor(a.device, shape, dtype);
  const kernel = isFlat(layout) ? elementwiseFlat : elementwiseBroadcast;
  launch(kernel, { a, b, y }, paramsOf(y.size, 0, layout), { OPERATION: OPERATIONS[operation] });
  return y;
}

/** `a op b` where one launch cannot stretch them both: one of them is stretched before. */
function elementwiseOfStretched(
  operation: Operation,
  a: Tensor,
  b: Tensor,
  shape: Shape,
  dtype: DType,
): Tensor {
  const aIsWide = sameShape(a.shape, shape);
  const wide = broadcastTo(aIsWide ? b : a, shape);
  const y = aIsWide ? elementwise(operation, a, wide, dtype) : elementwise(operation, wide, b, dtype);
  wide.dispose();
  return y;
}

/**
 * `a op value`, elementwise. A program has the value fixed: one that changes from step to step must be a tensor.
 * @throws ArgumentError when `a` is of integers
 */
export function elementwiseWithNumber(operation: Operation, a: Tensor, value: number): Tensor {
  checkFloats(operation, 'a', a);
  const result = new Tensor(a.device, a.shape, a.dtype);
  launch(elementwiseNumber, { a, result }, paramsOf(a.size, value), { OPERATION: OPERATIONS[operation] });
  return result;
}

/**
 * `factor * a`, repeated along axes until it has a shape that `a` broadcasts to; a copy, where PyTorch makes a view.
 * @param dtype of the result
 */
export function broadcastTo(a: Tensor, shape: Shape, factor = 1, dtype: DType = a.dtype): Tensor {
  const layout = broadcastLayout([a.shape], shape);
  if (!layout) {
    const part = broadcastTo(a, stretchedInPart(a.shape, shape));
    const whole = broadcastTo(part, shape, factor, dtype);
    part.dispose();
    return whole;
  }
  const result = new Tensor(a.device, shape, dtype);
  launch(elementwiseExpand, { a, result }, paramsOf(result.size, factor, layout));
  return result;
}

/**
 * A tensor with a's values that may be overwritten once `a` is disposed of: a view of it, or a copy if another tensor shares its
 * memory.
 */
export const unshared = (a: Tensor): Tensor => (a.shared ? broadcastTo(a, a.shape) : a.view(a.shape));

/** `a + b`, elementwise, of two tensors of one shape; disposes of both. It is how the tape adds gradients up. */
export function addAndDispose(a: Tensor, b: Tensor): Tensor {
  const sum = elementwise('add', a, b);
  a.dispose();
  b.dispose();
  return sum;
}
