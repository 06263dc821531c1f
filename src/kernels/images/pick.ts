import { checkRank } from '../../tensor/shape.js';
import { Tensor } from '../../tensor/tensor.js';
import { checkDType } from '../check.js';
import { defineKernel, elementCost, launch, linearGrid } from '../kernel.js';

/** picked[n, i] = all[chosen[n], i] */
export const pickKernel = defineKernel({
  name: 'pick',
  shader: 'images/pick.wgsl',
  entryPoint: 'pick',
  bindings: { all: 'read', chosen: 'read', picked: 'write' },
  params: { size: 'u32', words: 'u32' },
  grid: ({ size }) => linearGrid(size),
  cost: ({ size }) => elementCost(2 * size),
});

/**
 * The rows of `all` that `chosen` numbers, in that order: [N, words], of the type of `all`, which is one of 32 bits. What is in
 * it is copied bit by bit.
 * @param all [rows, words]
 * @param chosen u32 [N]; who writes it sees to it that there are such rows
 * @throws ShapeError when `all` or `chosen` has another rank, ArgumentError when `chosen` is not u32
 */
export function pickRows(all: Tensor, chosen: Tensor): Tensor {
  const op = 'pickRows';
  checkRank(op, 'all', all.shape, 2, '[rows, words]');
  checkRank(op, 'chosen', chosen.shape, 1, '[N]');
  checkDType(op, 'chosen', chosen, 'u32');
  const words = all.shape[1] as number;
  const picked = new Tensor(all.device, [chosen.size, words], all.dtype);
  launch(pickKernel, { all, chosen, picked }, { size: picked.size, words });
  return picked;
}
