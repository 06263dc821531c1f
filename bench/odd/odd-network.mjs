/**
 * Layers and pools of odd sizes, with windows of every kind: what kernels are checked on before they are timed on the sizes of a
 * network, which are all round. The convolutions are those of the table of shapes.
 */
import { convolutionCases } from '../../dist/inspect/lab/shapes.js';
import { windowedSize, windowOf } from '../../dist/tensor/shape.js';

/** What other kernels are checked on: the maps after the first layer. */
const FIRST = 'odd sizes';

function layerOf({ name, input, outputs, kernel, stride, padding, dilation }) {
  const window = windowOf('convolution', { kernelSize: kernel, stride, padding, dilation });
  return {
    name,
    window,
    input,
    weight: [outputs, input[1], ...kernel],
    output: [input[0], outputs, ...windowedSize('convolution', input.slice(2), window)],
  };
}

function poolOf([input, options]) {
  const window = windowOf('pool', options);
  return {
    name: JSON.stringify(options),
    window,
    input,
    output: [...input.slice(0, 2), ...windowedSize('pool', input.slice(2), window)],
  };
}

const POOLS = [
  [[2, 3, 7, 7], { kernelSize: 3, stride: 2, ceilMode: true }],
  [[2, 3, 7, 8], { kernelSize: 3, stride: 2, padding: 1 }],
  [[2, 1, 5, 7], { kernelSize: 2, stride: 2 }],
  [[2, 2, 11, 9], { kernelSize: 2, stride: 3, ceilMode: true }],
  [[2, 2, 9, 6], { kernelSize: [4, 2], stride: [3, 1], padding: [2, 1], ceilMode: true }],
  [[3, 67, 5, 5], { kernelSize: 3, stride: 2, ceilMode: true }],
];

/** As `networkOf` in ../network.mjs gives one. */
export function oddNetwork() {
  const first = convolutionCases.find(({ name }) => name === FIRST);
  return {
    layers: [first, ...convolutionCases.filter((one) => one !== first)].map(layerOf),
    pools: POOLS.map(poolOf),
    images: [3, 3, 7, 9],
    logits: [5, 7],
  };
}
