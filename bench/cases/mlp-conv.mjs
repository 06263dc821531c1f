/** Each block of the network forward, as evaluation has it: in three launches, and in one where a workgroup has room for its maps. */
import { conv2d } from '../../dist/kernels/products/conv2d.js';
import { mlpConv, mlpConvRows } from '../../dist/kernels/products/mlp-conv.js';
import { sizeOf } from '../../dist/tensor/shape.js';
import { random } from '../inputs.mjs';
import { indexOf, seenBy } from '../windows.mjs';

/** A weight of this shape whose sums stay about as large as what they are of. */
function weightOf(shape) {
  const most = Math.sqrt(3 / sizeOf(shape.slice(1)));
  return random(shape, -most, most);
}

const filtersOf = (inputs) =>
  [1, 2, 3].map((layer) => ({ weight: inputs[`weight${layer}`], bias: inputs[`bias${layer}`] }));

/** What a block puts out at each position of `y`, in plain loops. */
function expectedOf([first, , last], inputs) {
  const { x } = inputs;
  const { window, input } = first;
  const [, channels, ...size] = input;
  const [pixels, kernel] = [sizeOf(size), sizeOf(window.kernel)];
  const filters = filtersOf(inputs);
  const layer = ({ weight, bias }, terms) =>
    Array.from(bias, (start, map) =>
      Math.max(
        0,
        terms.reduce((sum, term, i) => sum + term * weight[map * terms.length + i], start),
      ),
    );
  return (i) => {
    const [image, map, ...at] = indexOf(last.output, i);
    const terms = new Array(channels * kernel).fill(0);
    for (const { pixel, tap } of seenBy(window, size, at)) {
      for (let c = 0; c < channels; c++) terms[c * kernel + tap] = x[(image * channels + c) * pixels + pixel];
    }
    return filters.reduce((values, one) => layer(one, values), terms)[map];
  };
}

/** `block1` of `block1.conv` */
const blockOf = ({ name }) => name.replace(/\..*/, '');

/** @param layers the convolutions of a block */
function casesOfBlock(device, layers) {
  const [first, ...pointwise] = layers;
  const { input, window } = first;
  const maps = layers.map(({ weight }) => weight[0]);
  const title = `${window.kernel[0]}x${window.kernel[1]} ${[input[1], ...maps].join('->')} at ${input[2]} batch ${input[0]} ${blockOf(first)}`;
  const inputs = { x: random(input) };
  layers.forEach(({ weight }, index) => {
    inputs[`weight${index + 1}`] = weightOf(weight);
    inputs[`bias${index + 1}`] = random([weight[0]]);
  });
  const caseOf = (how, compute) => ({
    name: `mlpConv.${how} ${title}`,
    work: `mlpconv ${title}`,
    inputs,
    operands: Object.keys(inputs).filter((input) => !input.startsWith('bias')),
    launch: (tensors) => ({ y: compute(tensors.x, filtersOf(tensors)) }),
    expected: (values) => ({ y: expectedOf(layers, values) }),
  });
  const windows = [window, ...pointwise.map(({ window }) => window)];
  const layerByLayer = (x, filters) =>
    filters.reduce((before, { weight, bias }, i) => conv2d(before, weight, bias, windows[i], true), x);
  const inOne = mlpConvRows(device, maps) !== undefined;
  return [
    caseOf('layers', layerByLayer),
    ...(inOne ? [caseOf('forward', (x, filters) => mlpConv(x, filters, window))] : []),
  ];
}

export function mlpConvCases({ device, network: { layers } }) {
  const blocks = new Set(layers.map(blockOf));
  return [...blocks].flatMap((block) =>
    casesOfBlock(
      device,
      layers.filter((layer) => blockOf(layer) === block),
    ),
  );
}
