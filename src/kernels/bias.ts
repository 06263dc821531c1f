import { ShapeError } from '../errors/errors.js';
import { formatShape, sizeOf } from '../tensor/shape.js';
import { Tensor } from '../tensor/tensor.js';
import { checkDType } from './check.js';
import { defineKernel, elementCost, launch, linearGrid, NEIGHBOURS } from './kernel.js';
import { sumOver } from './reduce.js';

export const biasForward = defineKernel({
  name: 'bias.forward',
  shader: 'bias.wgsl',
  entryPoint: 'forward',
  bindings: { x: 'read', bias: 'read', y: 'write' },
  params: { planes: 'u32', channels: 'u32', length: 'u32', columns: 'u32' },
  grid: ({ planes, columns }) => linearGrid(planes * columns),
  cost: ({ planes, channels, length }) => elementCost(2 * planes * length + channels, planes * length),
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
  const length = sizeOf(positions);
  const planes = x.shape[0] * channels;
  launch(biasForward, { x, bias, y }, { planes, channels, length, columns: Math.min(length, NEIGHBOURS) });
  return y;
}

/** The gradient of the bias, `[C]`, from that of the output, `[N, C, ...]`: its sum over every axis but the channels. */
export function biasGradient(outputGradient: Tensor): Tensor {
  const axes = outputGradient.shape.map((_, axis) => axis).filter((axis) => axis !== 1);
  return sumOver(outputGradient, axes);
}
