/** The ladders of a convolution: forward, and of the gradients at its input and at its weight. */
import type { Device } from '../../gpu/device.js';
import { productsOf, type SeenProduct } from '../../kernels/products/choice/seen-products.js';
import { type ConvolutionChoice, conv2d, conv2dInputGradient } from '../../kernels/products/conv2d.js';
import { conv2dParameterGradients } from '../../kernels/products/conv2d-parameter-gradients.js';
import { LADDER } from '../../kernels/products/ladder/ladder.js';
import { type Shape, sizeOf, windowOf } from '../../tensor/shape.js';
import type { Tensor } from '../../tensor/tensor.js';
import { tidy } from '../../tensor/tidy.js';
import { randomInput, sumLimit } from './inputs.js';
import type { Ladder, Step } from './ladder.js';

/** A convolution of 5 x 5 that keeps the size of its maps. */
export interface Layer {
  readonly input: Shape;
  readonly weight: Shape;
  readonly output: Shape;
}

/** It keeps the size of the maps. */
export const WINDOW = windowOf('conv2d', { kernelSize: 5, padding: 2 });

export const layerOf = (images: number, channels: number, outputs: number, size: number): Layer => ({
  input: [images, channels, size, size],
  weight: [outputs, channels, ...WINDOW.kernel],
  output: [images, outputs, size, size],
});

/** As the second block of NIN for CIFAR-10 begins; of one image where a CPU plays GPU. */
export const secondBlock = ({ adapter }: Device): Layer => layerOf(adapter.software ? 1 : 32, 96, 192, 16);

/** As its first block begins: a sum over all positions of all images for each of few weights. */
const firstBlock = ({ adapter }: Device): Layer => layerOf(adapter.software ? 8 : 128, 3, 192, 32);

const describe = ({ input: [images, channels, height, width], weight: [outputs] }: Layer): string =>
  `a 5x5 convolution of ${channels} to ${outputs} maps of ${height} x ${width}, batch ${images}`;

/** In each direction images, weight and maps are read or written once, and every window meets every weight. */
const costOf = ({ input, weight, output }: Layer): Pick<Ladder, 'flops' | 'bytes'> => ({
  flops: (2 * sizeOf(output) * sizeOf(weight)) / (weight[0] as number),
  bytes: 4 * (sizeOf(input) + sizeOf(weight) + sizeOf(output)),
});

/** A step that computes by such a choice. */
type By = (choice: ConvolutionChoice) => Tensor;

/** Can this device compute it by this choice? */
function takes(device: Device, by: By, { variant = 'specification', ...others }: ConvolutionChoice): boolean {
  const work = () => void device.plan(() => tidy(device, () => void by(others)));
  const accepted = ({ product, epilogue }: SeenProduct) => LADDER[variant].accepts(device, product, epilogue);
  return productsOf(device, work).every(accepted);
}

/** The work of a step that computes by a variant, and whether this device can. */
const byChoice = (device: Device, by: By, choice: ConvolutionChoice): Pick<Step, 'work' | 'refused'> => ({
  work: () => by(choice),
  ...(!takes(device, by, choice) && { refused: 'not on this adapter' }),
});

/** The fastest variant for a window that this device has by itself, without the stacks or quads of later steps. */
function plain(device: Device, by: By, more: ConvolutionChoice = {}): ConvolutionChoice {
  const choice = { variant: 'broadcast32', packed: false, ...more } as const;
  return device.adapter.software && takes(device, by, choice) ? choice : { ...choice, variant: 'register64' };
}

const DIRECT = {
  name: 'direct',
  idea: 'a thread for each element, which walks over all that it sums and reads each number where it lies',
  madeFor: 'every device',
} as const;

const direct = (by: By, more: ConvolutionChoice = {}): Step => ({
  ...DIRECT,
  work: () => by({ variant: 'specification', packed: false, ...more }),
});

const throughWindow = (device: Device, by: By, more: ConvolutionChoice = {}): Step => ({
  name: 'through the window',
  idea: 'a product that finds the elements of its columns in the images itself: nothing is unfolded, nothing is stored',
  madeFor: 'every device',
  ...byChoice(device, by, plain(device, by, more)),
});

/** What a device of each kind adds where columns are positions of an image. */
const lastSteps = (device: Device, by: By): Step[] => [
  {
    name: 'in stacks',
    idea: 'four columns one above the other in an image share the rows of it that their windows see',
    madeFor: 'CPUs',
    ...byChoice(device, by, { variant: 'stacked32', packed: false }),
  },
  {
    name: 'as texels',
    idea: 'the channels of a pixel, side by side, are copied to a texture, of which a driver reads four by one instruction',
    after: 'through the window',
    madeFor: 'CPUs',
    ...byChoice(device, by, { variant: 'texels32', packed: false }),
  },
  {
    name: 'packed in fours',
    idea: 'the weight is laid out tap by tap first, so that the product takes four numbers at a time',
    after: 'through the window',
    madeFor: 'GPUs',
    ...byChoice(device, by, { variant: 'vectorised64', packed: true }),
  },
  {
    name: 'with its halo',
    idea: 'a piece of an image and what windows see around it are fetched once for all taps',
    after: 'packed in fours',
    madeFor: 'GPUs',
    ...byChoice(device, by, { variant: 'haloed', packed: true }),
  },
  {
    name: 'with its halo, by matrix units',
    idea: 'as halves, with their channels side by side, the pixels of a line are a matrix wherever a tap begins',
    madeFor: 'GPUs',
    ...byChoice(device, by, { variant: 'haloedUnits', packed: true }),
  },
];

const unfolded = (idea: string, by: By): Step => ({
  name: 'unfolded',
  idea,
  madeFor: 'every device',
  work: () => by({ algorithm: 'unfolded' }),
});

/** y = ReLU(weight * x + bias). */
export function forwardLadder(device: Device, layer: Layer = secondBlock(device)): Ladder {
  const [x, weight, bias] = [layer.input, layer.weight, [layer.weight[0] as number]].map((shape, stream) =>
    randomInput(device, shape, stream),
  ) as [Tensor, Tensor, Tensor];
  const by: By = (choice) => conv2d(x, weight, bias, WINDOW, true, choice);
  return {
    name: 'conv2d.forward',
    work: `${describe(layer)}, with bias and ReLU`,
    ...costOf(layer),
    limit: sumLimit(sizeOf(layer.weight.slice(1))),
    steps: [
      direct(by),
      unfolded('what each window sees is stored as a column of a matrix: then it is one fast product', by),
      throughWindow(device, by),
      ...lastSteps(device, by),
    ],
  };
}

/** dx, from dy and the weight. */
export function inputGradientLadder(device: Device, layer: Layer = secondBlock(device)): Ladder {
  const [dy, weight] = [layer.output, layer.weight].map((shape, stream) =>
    randomInput(device, shape, stream),
  ) as [Tensor, Tensor];
  const by: By = (choice) => conv2dInputGradient(dy, weight, layer.input, WINDOW, undefined, choice);
  return {
    name: 'conv2d.inputGradient',
    work: `the gradient at the input of ${describe(layer)}`,
    ...costOf(layer),
    limit: sumLimit((layer.weight[0] as number) * sizeOf(WINDOW.kernel)),
    steps: [
      direct(by),
      unfolded(
        'a fast product of the turned weight makes what windows saw, then each pixel adds up its own',
        by,
      ),
      throughWindow(device, by),
      ...lastSteps(device, by),
    ],
  };
}

/** dweight, from dy and x; the bias's gradient with it. */
export function weightGradientLadder(device: Device, layer: Layer = firstBlock(device)): Ladder {
  const [dy, x] = [layer.output, layer.input].map((shape, stream) => randomInput(device, shape, stream)) as [
    Tensor,
    Tensor,
  ];
  const by: By = (choice) => conv2dParameterGradients(dy, x, layer.weight, WINDOW, true, choice).weight;
  return {
    name: 'conv2d.weightGradient',
    work: `the gradient at the weight of ${describe(layer)}`,
    ...costOf(layer),
    limit: sumLimit((layer.input[0] as number) * sizeOf(layer.output.slice(2))),
    steps: [
      direct(by, { split: false }),
      unfolded('what each window saw is stored as a row of a matrix: then it is one fast product', by),
      throughWindow(device, by, { split: false }),
      {
        name: 'in parts',
        idea: 'the images are cut into chunks, whose sums run side by side and are added up in the end (split-K)',
        madeFor: 'GPUs',
        ...byChoice(device, by, plain(device, by)),
      },
      {
        name: 'packed in fours',
        idea: 'rows of the partial sums begin at multiples of four, so that four numbers are stored at a time',
        madeFor: 'GPUs',
        ...byChoice(device, by, { variant: 'vectorised64', packed: true }),
      },
    ],
  };
}
