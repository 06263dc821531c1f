/** A locally connected layer, for which ONNX has no operation: windows are gathered from slices, and an einsum applies the filters. */
import type { LocalConv2d } from '../../nn/layers/local-conv2d.js';
import { windowOf } from '../../tensor/shape.js';
import type { Graph } from './graph.js';

/**
 * For each element (i, j) of the kernel, the pixels that it meets at all positions are a slice of the padded image; side by side in
 * the axis of channels they are what each position's filters are multiplied with.
 */
export function writeLocalConv2d({ weight, bias, options }: LocalConv2d, x: string, graph: Graph): string {
  const { kernelSize, stride = 1, padding = 0 } = options;
  const { kernel, stride: steps, padding: pads } = windowOf('LocalConv2d', { kernelSize, stride, padding });
  const size = weight.shape.slice(0, 2);
  const padded = graph.node('Pad', [x, graph.integers([0, 0, ...pads, 0, 0, ...pads])]);
  const [axes, strides] = [graph.integers([2, 3]), graph.integers(steps)];
  const slices: string[] = [];
  for (let i = 0; i < kernel[0]; i++) {
    for (let j = 0; j < kernel[1]; j++) {
      const begin = [i, j];
      const end = begin.map((first, axis) => first + (size[axis]! - 1) * steps[axis]! + 1);
      slices.push(graph.node('Slice', [padded, graph.integers(begin), graph.integers(end), axes, strides]));
    }
  }
  const windows = graph.node('Concat', slices, { axis: 1 });
  const filters = filtersByElement(weight.shape, graph.valuesOf(weight));
  const y = graph.node('Einsum', [windows, graph.constant(filters.values, filters.shape)], {
    equation: 'nkyx,okyx->noyx',
  });
  return bias ? graph.node('Add', [y, graph.tensor(bias)]) : y;
}

/** From `[y, x, output, channel, i, j]` to `[output, (i, j, channel), y, x]`. */
function filtersByElement(shape: readonly number[], values: Float32Array) {
  const [rows, columns, outputs, channels, height, width] = shape as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const [positions, elements] = [rows * columns, height * width];
  const moved = new Float32Array(values.length);
  let from = 0;
  for (let position = 0; position < positions; position++) {
    for (let output = 0; output < outputs; output++) {
      for (let channel = 0; channel < channels; channel++) {
        for (let element = 0; element < elements; element++, from++) {
          const term = element * channels + channel;
          moved[(output * elements * channels + term) * positions + position] = values[from]!;
        }
      }
    }
  }
  return { shape: [outputs, elements * channels, rows, columns], values: moved };
}
