/** Each kind of layer as operations of ONNX (https://onnx.ai/onnx/operators says what each does). */
import { Dropout, Dropout2d } from '../../nn/layers/dropout.js';
import { Embedding } from '../../nn/layers/embedding.js';
import { Flatten } from '../../nn/layers/flatten.js';
import { Identity } from '../../nn/layers/identity.js';
import { Linear } from '../../nn/layers/linear.js';
import { Maxout } from '../../nn/layers/maxout.js';
import { ACTIVATIONS } from './activations.js';
import type { Graph } from './graph.js';
import { type LayerWriter, writes } from './layer-writer.js';
import { NORMS } from './norms.js';
import { WINDOWS } from './windows.js';

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

/** Every kind of layer that can be written, but for what only holds others. */
export const LAYERS: readonly LayerWriter[] = [
  ...WINDOWS,
  ...NORMS,
  ...ACTIVATIONS,
  writes(Linear, writeLinear),
  writes(Embedding, ({ weight }, x, graph) => graph.node('Gather', [graph.tensor(weight), x])),
  writes(Maxout, writeMaxout),
  writes(Dropout, (_, x) => x),
  writes(Dropout2d, (_, x) => x),
  writes(Identity, (_, x) => x),
  writes(Flatten, ({ startAxis }, x, graph) =>
    graph.node('Reshape', [x, graph.integers([...Array<number>(startAxis).fill(0), -1])]),
  ),
];
