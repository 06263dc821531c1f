import { checkTensor } from '../../tensor/check.js';
import type { Tensor } from '../../tensor/tensor.js';
import { Module } from '../module.js';

/** What it is given, unchanged: where a net may have a layer or none. */
export class Identity extends Module {
  /** @returns x itself, of any shape */
  forward(x: Tensor): Tensor {
    checkTensor(`${this}`, 'x', x);
    return x;
  }
}
