/**
 * What is timed: the steps of NIN for CIFAR-10, and the convolutions it is made of, each on its own.
 *
 * A case is plain data, because it travels to other processes:
 * - `name`: how tables and the JSON call it
 * - `kind`: which of an engine's works it asks for, see `serve.mjs`
 * - `arrays`: what the work computes on, `{ name, shape, fill }`, in PyTorch's layouts
 * - `flops`: floating-point operations, an addition and a multiplication being two
 *
 * @typedef {{ name: string, shape: number[], fill: 'he' | 'zeros' | 'normal' | 'labels' }} ArraySpec
 * @typedef {{ name: string, kind: string, batch: number, net?: Net, conv?: Conv, arrays: ArraySpec[], flops: number }} Case
 * @typedef {{ name: string, inputs: number, outputs: number, kernelSize: number, padding: number, relu: boolean }} Layer
 * @typedef {{ blocks: Layer[][], width: number, lr: number, momentum: number }} Net
 * @typedef {{ padding: number, size: number, inputs: number, outputs: number, kernelSize: number }} Conv
 */

const CLASSES = 10;
const IMAGE = [3, 32, 32];

/** Kernel size and maps of the first layer of a block, then the maps of its two 1x1 layers. */
const BLOCKS = [
  { kernelSize: 5, maps: [192, 160, 96] },
  { kernelSize: 5, maps: [192, 192, 192] },
  { kernelSize: 3, maps: [192, 192, CLASSES] },
];

/** Rows and columns of the maps in each block: 3x3 pools of stride 2, in ceil mode, halve them in between. */
const SIZES = [32, 16, 8];

/** Block of the network, layer within it: these convolutions are also timed alone. */
const ALONE = [
  [0, 0],
  [0, 1],
  [1, 0],
  [2, 0],
];

/** The network's layers, all widths but that of the class maps multiplied by `width`. No ReLU on the class maps. */
function network(width) {
  let inputs = IMAGE[0];
  const blocks = BLOCKS.map(({ kernelSize, maps }, block) =>
    maps.map((count, index) => {
      const last = block === BLOCKS.length - 1 && index === maps.length - 1;
      const layer = {
        name: `block${block + 1}.${index === 0 ? 'conv' : `cccp${index}`}`,
        inputs,
        outputs: last ? count : Math.max(1, Math.round(count * width)),
        kernelSize: index === 0 ? kernelSize : 1,
        padding: index === 0 ? (kernelSize - 1) / 2 : 0,
        relu: !last,
      };
      inputs = layer.outputs;
      return layer;
    }),
  );
  // Small enough a rate that the losses of the first steps hardly depend on the order of summation.
  return { blocks, width, lr: 0.01, momentum: 0.9 };
}

const weightShape = ({ outputs, inputs, kernelSize }) => [outputs, inputs, kernelSize, kernelSize];

const convFlops = (batch, size, layer) =>
  2 * batch * size ** 2 * weightShape(layer).reduce((product, length) => product * length, 1);

/** @returns {Case[]} */
function steps(batch, net) {
  const layers = net.blocks.flatMap((block, index) => block.map((layer) => ({ layer, size: SIZES[index] })));
  const arrays = [
    ...layers.flatMap(({ layer }) => [
      { name: `${layer.name}.weight`, shape: weightShape(layer), fill: 'he' },
      { name: `${layer.name}.bias`, shape: [layer.outputs], fill: 'zeros' },
    ]),
    { name: 'images', shape: [batch, ...IMAGE], fill: 'normal' },
    { name: 'labels', shape: [batch], fill: 'labels' },
  ];
  const flops = layers.map(({ layer, size }) => convFlops(batch, size, layer));
  const forward = flops.reduce((sum, count) => sum + count, 0);
  // Backward costs two products of the forward's size for each layer, but the first has no input gradient.
  return [
    { name: `trainStepB${batch}`, kind: 'train', batch, net, arrays, flops: 3 * forward - flops[0] },
    { name: `forwardB${batch}`, kind: 'forward', batch, net, arrays, flops: forward },
  ];
}

/** @returns {Case[]} */
function convolutions(batch, net) {
  return ALONE.flatMap(([block, index]) => {
    const layer = net.blocks[block][index];
    const size = SIZES[block];
    const { inputs, outputs, kernelSize, padding } = layer;
    const x = { name: 'x', shape: [batch, inputs, size, size], fill: 'normal' };
    const dy = { name: 'dy', shape: [batch, outputs, size, size], fill: 'normal' };
    const weight = { name: 'weight', shape: weightShape(layer), fill: 'he' };
    const title = `conv${kernelSize}x${kernelSize}_${inputs}to${outputs}_at${size}B${batch}`;
    return Object.entries({
      convForward: [x, weight],
      convInputGradient: [dy, weight],
      convWeightGradient: [dy, x],
    }).map(([kind, arrays]) => ({
      name: `${title}.${kind.slice('conv'.length).replace(/^./, (first) => first.toLowerCase())}`,
      kind,
      batch,
      conv: { padding, size, inputs, outputs, kernelSize },
      arrays,
      flops: convFlops(batch, size, layer),
    }));
  });
}

/** @returns {Case} */
function squareMatmul(n) {
  const arrays = ['a', 'b'].map((name) => ({ name, shape: [n, n], fill: 'normal' }));
  return { name: `matmul${n}`, kind: 'matmul', batch: 1, arrays, flops: 2 * n ** 3 };
}

/**
 * @param {{ batch: number, width: number }} options
 * @returns {Case[]}
 */
export function allCases({ batch, width }) {
  const net = network(width);
  return [...steps(batch, net), ...convolutions(batch, net), squareMatmul(512)];
}
