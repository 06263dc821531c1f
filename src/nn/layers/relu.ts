import { relu } from '../../autograd/ops/elementwise/relu.js';
import type { Tensor } from '../../tensor/tensor.js';
import { Module } from '../module.js';

/** max(x, 0), elementwise. After a convolution or a batch norm, `activation: 'relu'` there costs less. */
export class ReLU extends Module {
  /**
   * @param x of any shape
   * @returns the same shape
   */
  forward(x: Tensor): Tensor {
    return this.attempt(() => relu(x));
  }
}
