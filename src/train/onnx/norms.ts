/** Layers that normalise, as operations of ONNX. */
import { DawngradError } from '../../errors/errors.js';
import { BatchNorm2d } from '../../nn/layers/normalisation/batch-norm2d.js';
import { GroupNorm } from '../../nn/layers/normalisation/group-norm.js';
import { LayerNorm } from '../../nn/layers/normalisation/layer-norm.js';
import { LocalResponseNorm } from '../../nn/layers/normalisation/local-response-norm.js';
import { type Shape, sizeOf } from '../../tensor/shape.js';
import type { Tensor } from '../../tensor/tensor.js';
import type { Graph } from './graph.js';
import { type LayerWriter, writes } from './layer-writer.js';

const refused = (what: string) => new DawngradError(`exporting to ONNX: ${what}`);

/** A parameter, or where the layer has none, one number everywhere. */
const orConstant = (graph: Graph, parameter: Tensor | null, value: number, shape: Shape): string =>
  parameter ? graph.tensor(parameter) : graph.constant(Array<number>(sizeOf(shape)).fill(value), shape);

function writeBatchNorm(layer: BatchNorm2d, x: string, graph: Graph): string {
  const { weight, bias, runningMean, runningVar, eps, activation } = layer;
  if (!(runningMean && runningVar)) throw refused(`${layer} keeps no running statistics`);
  const { shape } = runningMean;
  const [scale, shift] = [orConstant(graph, weight, 1, shape), orConstant(graph, bias, 0, shape)];
  const y = graph.node('BatchNormalization', [x, scale, shift, ...graph.tensors(runningMean, runningVar)], {
    epsilon: { float: eps },
  });
  return activation === 'relu' ? graph.node('Relu', [y]) : y;
}

function writeLayerNorm({ normalizedShape, weight, bias, eps }: LayerNorm, x: string, graph: Graph): string {
  const scale = orConstant(graph, weight, 1, normalizedShape);
  return graph.node('LayerNormalization', [x, scale, ...graph.tensors(bias)], {
    axis: -normalizedShape.length,
    epsilon: { float: eps },
  });
}

/** Each group as a channel of an instance norm, whose own scale and shift do nothing. */
function writeGroupNorm({ numGroups, weight, bias, eps }: GroupNorm, x: string, graph: Graph): string {
  const grouped = graph.node('Reshape', [x, graph.integers([0, numGroups, -1])]);
  const [one, none] = [1, 0].map((value) => graph.constant(Array<number>(numGroups).fill(value)));
  const normalised = graph.node('InstanceNormalization', [grouped, one!, none!], { epsilon: { float: eps } });
  const y = graph.node('Reshape', [normalised, graph.node('Shape', [x])]);
  if (!(weight && bias)) return y;
  // [C] beside images, whose channels are the second axis.
  const perChannel = (parameter: Tensor) =>
    graph.node('Reshape', [graph.tensor(parameter), graph.integers([parameter.size, 1, 1])]);
  return graph.node('Add', [graph.node('Mul', [y, perChannel(weight)]), perChannel(bias)]);
}

function writeLocalResponseNorm(
  { options: { size, alpha, beta, k } }: LocalResponseNorm,
  x: string,
  graph: Graph,
  given: Shape,
): string {
  if (size % 2 === 1) {
    return graph.node('LRN', [x], {
      size,
      alpha: { float: alpha },
      beta: { float: beta },
      bias: { float: k },
    });
  }
  // onnxruntime has windows of odd size only; the mean of squares is that of a pool along the channels.
  const [, channels, ...positions] = given as [number, number, ...number[]];
  const squares = graph.node('Mul', [x, x]);
  const planes = graph.node('Reshape', [squares, graph.integers([-1, 1, channels, sizeOf(positions)])]);
  const mean = graph.node('AveragePool', [planes], {
    kernel_shape: [size, 1],
    pads: [size / 2, 0, size / 2 - 1, 0],
    count_include_pad: 1,
  });
  const inPlace = graph.node('Reshape', [mean, graph.integers([-1, channels, ...positions])]);
  const sum = graph.node('Add', [graph.node('Mul', [inPlace, graph.scalar(alpha)]), graph.scalar(k)]);
  return graph.node('Div', [x, graph.node('Pow', [sum, graph.scalar(beta)])]);
}

export const NORMS: readonly LayerWriter[] = [
  writes(BatchNorm2d, writeBatchNorm),
  writes(LayerNorm, writeLayerNorm),
  writes(GroupNorm, writeGroupNorm),
  writes(LocalResponseNorm, writeLocalResponseNorm),
];
