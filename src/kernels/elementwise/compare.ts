import { checkOneDevice } from '../../tensor/check.js';
import { broadcastShape } from '../../tensor/shape.js';
import { Tensor } from '../../tensor/tensor.js';
import { defineKernel, launch, linearGrid } from '../kernel.js';
import {
  type BroadcastLayout,
  broadcastLayout,
  innerLengths,
  stretchedParams,
  stridesOfOperand,
} from './broadcast.js';
import { launchStretched } from './expand.js';

/** Values of the shader's RELATION. */
const RELATIONS = { eq: 0, ne: 1, lt: 2, le: 3, gt: 4, ge: 5 } as const;

/** What is asked of each pair of elements. */
export type Relation = keyof typeof RELATIONS;

const params = { size: 'u32', number: 'f32', word: 'u32', ...stretchedParams('a', 'b') } as const;

/** y = 1 where the relation holds between two numbers, else 0. */
export const compareFloats = defineKernel({
  name: 'compare.floats',
  shader: 'elementwise/compare.wgsl',
  entryPoint: 'floats',
  bindings: { a: 'read', b: 'read', y: 'write' },
  storage: { StoredA: ['a'], StoredB: ['b'] },
  params,
  grid: ({ size }) => linearGrid(size),
  cost: ({ size }, { StoredA, StoredB }, { NUMBER }) => ({
    flops: size,
    bytes: (StoredA + (NUMBER ? 0 : StoredB) + 4) * size,
  }),
});

/** The same of whole numbers. */
export const compareWords = defineKernel({
  name: 'compare.words',
  shader: 'elementwise/compare.wgsl',
  entryPoint: 'words',
  bindings: { a_words: 'read', b_words: 'read', y: 'write' },
  params,
  grid: ({ size }) => linearGrid(size),
  cost: ({ size }, _, { NUMBER }) => ({ flops: size, bytes: (NUMBER ? 8 : 12) * size }),
});

/**
 * Where a relation holds between the elements of `a` and `b`: 1, else 0, as u32, of the shape to which they broadcast. Both are of
 * floats, or both of whole numbers; `b` may be one number, which a program has fixed.
 * @throws ShapeError when they do not broadcast, ArgumentError when they are on different devices
 */
export function compare(relation: Relation, a: Tensor, b: Tensor | number): Tensor {
  if (b instanceof Tensor) checkOneDevice(relation, { a, b });
  const shape = b instanceof Tensor ? broadcastShape(relation, a.shape, b.shape) : a.shape;
  const y = new Tensor(a.device, shape, 'u32');
  const value = b instanceof Tensor ? 0 : b;
  const ask = (left: Tensor, right: Tensor | undefined, layout: BroadcastLayout) => {
    const constants = { RELATION: RELATIONS[relation], NUMBER: right === undefined };
    const values = {
      size: y.size,
      number: value,
      word: a.dtype === 'u32' ? value : 0,
      ...innerLengths(layout),
      ...stridesOfOperand('a', layout, 0),
      ...stridesOfOperand('b', layout, 1),
    };
    if (a.dtype === 'u32') launch(compareWords, { a_words: left, b_words: right, y }, values, constants);
    else launch(compareFloats, { a: left, b: right, y }, values, constants);
  };
  if (b instanceof Tensor) launchStretched([a, b] as const, shape, ([x, z], layout) => ask(x, z, layout));
  else ask(a, undefined, broadcastLayout([shape], shape) as BroadcastLayout);
  return y;
}
