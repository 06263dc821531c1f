/** Layers that compute a function of each element, and softmax, as operations of ONNX. */
import { GELU, LeakyReLU, LogSoftmax, Sigmoid, SiLU, Softmax, Tanh } from '../../nn/layers/activations.js';
import { ReLU } from '../../nn/layers/relu.js';
import type { Graph } from './graph.js';
import { type LayerWriter, writes } from './layer-writer.js';

/** x times what `gate` makes of it. */
const gated = (graph: Graph, x: string, gate: string) => graph.node('Mul', [x, gate]);

/** (1 + y) / 2 */
const halfway = (graph: Graph, y: string) =>
  graph.node('Mul', [graph.node('Add', [y, graph.scalar(1)]), graph.scalar(0.5)]);

/** The operation itself came with a later version of ONNX: x (1 + erf(x / sqrt 2)) / 2. */
function writeGelu(x: string, graph: Graph): string {
  const scaled = graph.node('Mul', [x, graph.scalar(Math.SQRT1_2)]);
  return gated(graph, x, halfway(graph, graph.node('Erf', [scaled])));
}

/** Hendrycks & Gimpel's approximation: x (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))) / 2. */
function writeTanhGelu(x: string, graph: Graph): string {
  const cube = graph.node('Mul', [graph.node('Mul', [x, x]), x]);
  const bent = graph.node('Add', [x, graph.node('Mul', [cube, graph.scalar(0.044715)])]);
  const scaled = graph.node('Mul', [bent, graph.scalar(Math.sqrt(2 / Math.PI))]);
  return gated(graph, x, halfway(graph, graph.node('Tanh', [scaled])));
}

export const ACTIVATIONS: readonly LayerWriter[] = [
  writes(ReLU, (_, x, graph) => graph.node('Relu', [x])),
  writes(LeakyReLU, ({ negativeSlope }, x, graph) =>
    graph.node('LeakyRelu', [x], { alpha: { float: negativeSlope } }),
  ),
  writes(Sigmoid, (_, x, graph) => graph.node('Sigmoid', [x])),
  writes(Tanh, (_, x, graph) => graph.node('Tanh', [x])),
  writes(SiLU, (_, x, graph) => gated(graph, x, graph.node('Sigmoid', [x]))),
  writes(GELU, ({ options: { approximate } }, x, graph) =>
    approximate === 'tanh' ? writeTanhGelu(x, graph) : writeGelu(x, graph),
  ),
  writes(Softmax, ({ axis }, x, graph) => graph.node('Softmax', [x], { axis })),
  writes(LogSoftmax, ({ axis }, x, graph) => graph.node('LogSoftmax', [x], { axis })),
];
