import { ShapeError } from '../gpu/errors.js';
import { formatShape, sizeOf } from '../tensor/shape.js';
import { Tensor } from '../tensor/tensor.js';
import { checkDType } from './check.js';
import { defineKernel, elementCost, linearGrid, run } from './kernel.js';
import { sumOver } from './reduce.js';

export const biasForward = defineKernel({
  name: 'bias.forward',
  shader: 'bias.wgsl',
  entryPoint: 'forward',
  bindings: { x: 'read', bias: 'read', y: 'write' },
  params: { size: 'u32', channels: 'u32', length: 'u32' },
  grid: ({ size }) => linearGrid(size),
  cost: ({ size, channels }) => elementCost(2 * size + channels, size),
});

/** x + bias, one bias for each channel: x `[N, C, ...]`, bias `[C]`. */
export function addBias(x: Tensor, bias: Tensor): Tensor {
  checkDType('addBias', 'x', x);
  checkDType('addBias', 'bias', bias);
  const [, channels, ...positions] = x.shape;
  if (x.rank < 2 || bias.rank !== 1 || bias.size !== channels) {
    throw new ShapeError(
      `addBias: x ${formatShape(x.shape)} and bias ${formatShape(bias.shape)}; expected x [N, C, ...] and bias [C]`,
    );
  }
  const y = new Tensor(x.device, x.shape);
  run(biasForward, { x, bias, y }, { size: x.size, channels, length: sizeOf(positions) });
  return y;
}

/** The gradient of the bias, `[C]`, from that of the output, `[N, C, ...]`: its sum over every axis but the channels. */
export function biasGradient(outputGradient: Tensor): Tensor {
  const axes = outputGradient.shape.map((_, axis) => axis).filter((axis) => axis !== 1);
  return sumOver(outputGradient, axes);
}
