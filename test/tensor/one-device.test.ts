import { describe, expect, it } from 'vitest';
import { add, conv2d, crossEntropy, linear, localConv2d, matmul } from '../../src/autograd/index.js';
import { BatchNorm2d } from '../../src/nn/index.js';
import { zeros } from '../../src/tensor/create.js';
import { useDevice } from '../support/device.js';

describe('tensors of two devices are refused in the words of whoever gave them', () => {
  const [here, there] = [useDevice(), useDevice()];
  const one = (...shape: number[]) => zeros(here.device, shape);
  const other = (...shape: number[]) => zeros(there.device, shape);

  it.each<[string, () => unknown]>([
    ['add: b is on another device than a', () => add(one(2), other(2))],
    ['matmul: b is on another device than a', () => matmul(one(2, 2), other(2, 2))],
    ['linear: weight is on another device than input', () => linear(one(2, 2), other(3, 2), null)],
    ['linear: bias is on another device than input', () => linear(one(2, 2), one(3, 2), other(3))],
    [
      'conv2d: weight is on another device than input',
      () => conv2d(one(1, 1, 3, 3), other(1, 1, 2, 2), null),
    ],
    [
      'localConv2d: bias is on another device than input',
      () => localConv2d(one(1, 1, 2, 2), one(2, 2, 1, 1, 1, 1), other(1)),
    ],
    [
      'crossEntropy: labels is on another device than logits',
      () => crossEntropy(one(2, 2), zeros(there.device, [2], 'u32')),
    ],
    [
      'BatchNorm2d: gamma is on another device than x',
      () => new BatchNorm2d(there.device, 1).forward(one(2, 1, 3, 3)),
    ],
  ])('%s', (message, work) => {
    expect(work).toThrow(`${message}; read it with toArray() and make it anew`);
  });
});
