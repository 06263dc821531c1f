/** Each kind of layer as operations of ONNX (https://onnx.ai/onnx/operators says what each does). */

import { DawngradError } from '../../errors/errors.js';
import { AvgPool2d } from '../../nn/layers/avg-pool2d.js';
import { BatchNorm2d } from '../../nn/layers/batch-norm2d.js';
import { Conv2d } from '../../nn/layers/conv2d.js';
import { Dropout } from '../../nn/layers/dropout.js';
import { Flatten } from '../../nn/layers/flatten.js';
import { GlobalAvgPool2d } from '../../nn/layers/global-avg-pool2d.js';
import { Linear } from '../../nn/layers/linear.js';
import { LocalConv2d } from '../../nn/layers/local-conv2d.js';
import { LocalResponseNorm } from '../../nn/layers/local-response-norm.js';
import { MaxPool2d } from '../../nn/layers/max-pool2d.js';
import { Maxout } from '../../nn/layers/maxout.js';
import { type Window, type WindowOptions, windowOf } from '../../tensor/shape.js';
import { ACTIVATIONS } from './activations.js';
import type { Graph } from './graph.js';
import { type LayerWriter, writes } from './layer-writer.js';
import { writeLocalConv2d } from './local-conv2d.js';

const windowAttributes = ({ kernel, stride, padding: [rows, columns], dilation }: Window) => ({
  kernel_shape: kernel,
  strides: stride,
  pads: [rows, columns, rows, columns],
  dilations: dilation,
});

/** A pool's windows lie side by side unless it says otherwise. */
function poolAttributes(options: WindowOptions) {
  const window = windowOf('pool', { stride: options.kernelSize, ...options });
  return { ...windowAttributes(window), ceil_mode: Number(window.ceilMode) };
}

/** The largest of each group of neighbouring channels: ONNX has no such operation, but slices with a step, and the largest of several. */
function writeMaxout({ pieces }: Maxout, x: string, graph: Graph): string {
  const [toTheEnd, channels, step] = [2 ** 31 - 1, 1, pieces].map((number) => graph.integers([number]));
  const pieceAt = (first: number) =>
    graph.node('Slice', [x, graph.integers([first]), toTheEnd!, channels!, step!]);
  return graph.node(
    'Max',
    Array.from({ length: pieces }, (_, piece) => pieceAt(piece)),
  );
}

/** x W^T + b, whatever axes stand before the last. */
function writeLinear({ weight, bias }: Linear, x: string, graph: Graph): string {
  const [outputs, inputs] = weight.shape as [number, number];
  const values = graph.valuesOf(weight);
  const transposed = Float32Array.from(
    { length: values.length },
    (_, index) => values[(index % outputs) * inputs + Math.floor(index / outputs)]!,
  );
  const product = graph.node('MatMul', [x, graph.constant(transposed, [inputs, outputs])]);
  return bias ? graph.node('Add', [product, graph.tensor(bias)]) : product;
}

function writeLocalResponseNorm({ options }: LocalResponseNorm, x: string, graph: Graph): string {
  const { size, alpha, beta, k } = options;
  // ONNX's window of even size has its odd channel on the other side.
  if (size % 2 === 0) throw new DawngradError(`exporting to ONNX: a LocalResponseNorm of even size, ${size}`);
  return graph.node('LRN', [x], {
    size,
    alpha: { float: alpha },
    beta: { float: beta },
    bias: { float: k },
  });
}

/** Every kind of layer that can be written, but for what only holds others. */
export const LAYERS: readonly LayerWriter[] = [
  writes(
    Conv2d,
    ({ weight, bias, options: { activation, bias: _, init, biasInit, ...window } }, x, graph) => {
      const y = graph.node(
        'Conv',
        [x, ...graph.tensors(weight, bias)],
        windowAttributes(windowOf('Conv2d', window)),
      );
      return activation === 'relu' ? graph.node('Relu', [y]) : y;
    },
  ),
  writes(LocalConv2d, writeLocalConv2d),
  writes(Linear, writeLinear),
  writes(MaxPool2d, ({ options }, x, graph) => graph.node('MaxPool', [x], poolAttributes(options))),
  writes(AvgPool2d, ({ options: { countIncludePad = true, ...window } }, x, graph) => {
    const { dilations, ...attributes } = poolAttributes(window);
    return graph.node('AveragePool', [x], { ...attributes, count_include_pad: Number(countIncludePad) });
  }),
  writes(GlobalAvgPool2d, (_, x, graph) => graph.node('Flatten', [graph.node('GlobalAveragePool', [x])])),
  writes(Maxout, writeMaxout),
  writes(BatchNorm2d, ({ weight, bias, runningMean, runningVar, eps }, x, graph) =>
    graph.node('BatchNormalization', [x, ...graph.tensors(weight, bias, runningMean, runningVar)], {
      epsilon: { float: eps },
    }),
  ),
  writes(LocalResponseNorm, writeLocalResponseNorm),
  writes(Dropout, (_, x) => x),
  writes(Flatten, ({ startAxis }, x, graph) =>
    graph.node('Reshape', [x, graph.integers([...Array<number>(startAxis).fill(0), -1])]),
  ),
  ...ACTIVATIONS,
];
