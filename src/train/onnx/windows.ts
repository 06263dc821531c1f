/** Layers that slide a window over images, or bring them to another size, as operations of ONNX. */
import { sizeOfOutput } from '../../autograd/ops/pools/adaptive-avg-pool2d.js';
import { convolutionWindow } from '../../autograd/ops/products/convolution-window.js';
import { DawngradError } from '../../errors/errors.js';
import { AdaptiveAvgPool2d } from '../../nn/layers/adaptive-avg-pool2d.js';
import { AvgPool2d } from '../../nn/layers/avg-pool2d.js';
import { ConvTranspose2d } from '../../nn/layers/conv-transpose2d.js';
import { Conv2d } from '../../nn/layers/conv2d.js';
import { GlobalAvgPool2d } from '../../nn/layers/global-avg-pool2d.js';
import { LocalConv2d } from '../../nn/layers/local-conv2d.js';
import { MaxPool2d } from '../../nn/layers/max-pool2d.js';
import { Upsample } from '../../nn/layers/upsample.js';
import { pair, type Shape, type Window, type WindowOptions, windowOf } from '../../tensor/shape.js';
import type { Graph } from './graph.js';
import { type LayerWriter, writes } from './layer-writer.js';
import { writeLocalConv2d } from './local-conv2d.js';

const windowAttributes = ({ kernel, stride, padding, paddingAfter = padding, dilation }: Window) => ({
  kernel_shape: kernel,
  strides: stride,
  pads: [...padding, ...paddingAfter],
  dilations: dilation,
});

function writeConv2d({ weight, bias, options }: Conv2d, x: string, graph: Graph): string {
  const { kernelSize, groups = 1, activation } = options;
  const y = graph.node('Conv', [x, ...graph.tensors(weight, bias)], {
    ...windowAttributes(convolutionWindow('Conv2d', kernelSize, options)),
    group: groups,
  });
  return activation === 'relu' ? graph.node('Relu', [y]) : y;
}

function writeConvTranspose2d({ weight, bias, options }: ConvTranspose2d, x: string, graph: Graph): string {
  const { kernelSize, stride = 1, padding = 0, dilation = 1, outputPadding = 0, groups = 1 } = options;
  return graph.node('ConvTranspose', [x, ...graph.tensors(weight, bias)], {
    ...windowAttributes(windowOf('ConvTranspose2d', { kernelSize, stride, padding, dilation })),
    output_padding: pair(outputPadding),
    group: groups,
  });
}

/** A pool's windows lie side by side unless it says otherwise. */
function poolAttributes(options: WindowOptions) {
  const window = windowOf('pool', { stride: options.kernelSize, ...options });
  return { ...windowAttributes(window), ceil_mode: Number(window.ceilMode) };
}

function writeAvgPool2d(
  { options: { countIncludePad = true, ...window } }: AvgPool2d,
  x: string,
  graph: Graph,
): string {
  // The operation has no dilation yet in this version of ONNX.
  const { dilations, ...attributes } = poolAttributes(window);
  return graph.node('AveragePool', [x], { ...attributes, count_include_pad: Number(countIncludePad) });
}

/** Bins of equal size are a pool's windows; the operation that has a single one takes images of any size. */
function writeAdaptiveAvgPool2d(layer: AdaptiveAvgPool2d, x: string, graph: Graph, given: Shape): string {
  const length = given.slice(2);
  const bins = sizeOfOutput(given, layer.outputSize);
  if (bins.every((count) => count === 1)) return graph.node('GlobalAveragePool', [x]);
  if (bins.some((count, axis) => length[axis]! % count !== 0)) {
    throw new DawngradError(
      `exporting to ONNX: ${layer} makes ${bins.join(' x ')} of ${length.join(' x ')}, in bins of unequal size, for which ONNX has ` +
        'no operation; take a size that divides that',
    );
  }
  const size = bins.map((count, axis) => length[axis]! / count);
  return graph.node('AveragePool', [x], { kernel_shape: size, strides: size });
}

function writeUpsample({ options }: Upsample, x: string, graph: Graph): string {
  const { size, scaleFactor, mode = 'nearest', alignCorners = false } = options;
  // Images and channels stay as many as they are. What the operation does not need goes by an empty name.
  const to =
    size === undefined
      ? [graph.constant([1, 1, ...pair(scaleFactor!)])]
      : ['', graph.node('Concat', [firstAxes(x, graph), graph.integers(pair(size))], { axis: 0 })];
  const how =
    mode === 'nearest'
      ? { mode: 'nearest', coordinate_transformation_mode: 'asymmetric', nearest_mode: 'floor' }
      : { mode: 'linear', coordinate_transformation_mode: alignCorners ? 'align_corners' : 'half_pixel' };
  return graph.node('Resize', [x, '', ...to], how);
}

/** The lengths of x's axes of images and channels. */
const firstAxes = (x: string, graph: Graph): string =>
  graph.node('Slice', [graph.node('Shape', [x]), graph.integers([0]), graph.integers([2])]);

export const WINDOWS: readonly LayerWriter[] = [
  writes(Conv2d, writeConv2d),
  writes(ConvTranspose2d, writeConvTranspose2d),
  writes(LocalConv2d, writeLocalConv2d),
  writes(MaxPool2d, ({ options }, x, graph) => graph.node('MaxPool', [x], poolAttributes(options))),
  writes(AvgPool2d, writeAvgPool2d),
  writes(AdaptiveAvgPool2d, writeAdaptiveAvgPool2d),
  writes(GlobalAvgPool2d, (_, x, graph) => graph.node('Flatten', [graph.node('GlobalAveragePool', [x])])),
  writes(Upsample, writeUpsample),
];
