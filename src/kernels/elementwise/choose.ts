import { checkOneDevice } from '../../tensor/check.js';
import { broadcastShape } from '../../tensor/shape.js';
import { Tensor } from '../../tensor/tensor.js';
import { defineKernel, elementCost, launch, linearGrid } from '../kernel.js';
import { innerLengths, stretchedParams, stridesOfOperand } from './broadcast.js';
import { launchStretched } from './expand.js';

const params = { size: 'u32', ...stretchedParams('condition', 'a', 'b') } as const;

/** y = a where the condition is not 0, else b; elements of 32 bits. */
export const chooseWords = defineKernel({
  name: 'choose.words',
  shader: 'elementwise/choose.wgsl',
  entryPoint: 'words',
  bindings: { condition: 'read', a_words: 'read', b_words: 'read', y_words: 'write' },
  params,
  grid: ({ size }) => linearGrid(size),
  cost: ({ size }) => elementCost(3 * size),
});

/** The same of elements of 16 bits. */
export const chooseHalves = defineKernel({
  name: 'choose.halves',
  shader: 'elementwise/choose.wgsl',
  entryPoint: 'halves',
  bindings: { condition: 'read', a_halves: 'read', b_halves: 'read', y_halves: 'write' },
  storage: { Stored: ['a_halves', 'b_halves', 'y_halves'] },
  params,
  grid: ({ size }) => linearGrid(size),
  cost: ({ size }, { Stored }) => ({ flops: 0, bytes: (4 + 2 * Stored) * size }),
});

/**
 * The elements of `a` where the condition, u32, is not 0, else those of `b`, which is of the same type; of the shape to which all
 * three broadcast.
 * @throws ShapeError when they do not, ArgumentError when they are on different devices
 */
export function choose(condition: Tensor, a: Tensor, b: Tensor): Tensor {
  checkOneDevice('where', { condition, a, b });
  const shape = broadcastShape('where', condition.shape, broadcastShape('where', a.shape, b.shape));
  const y = new Tensor(a.device, shape, a.dtype);
  launchStretched([condition, a, b] as const, shape, ([which, left, right], layout) => {
    const values = {
      size: y.size,
      ...innerLengths(layout),
      ...stridesOfOperand('condition', layout, 0),
      ...stridesOfOperand('a', layout, 1),
      ...stridesOfOperand('b', layout, 2),
    };
    if (a.dtype === 'f16')
      launch(chooseHalves, { condition: which, a_halves: left, b_halves: right, y_halves: y }, values);
    else launch(chooseWords, { condition: which, a_words: left, b_words: right, y_words: y }, values);
  });
  return y;
}
