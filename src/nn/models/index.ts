import type { Device } from '../../gpu/device.js';
import { NetworkInNetwork, type NinOptions, type NinRecipe } from './nin.js';

/** A model that can be asked for by name. */
export interface ModelEntry {
  readonly description: string;
  /** Channels, rows, columns. */
  readonly input: readonly [number, number, number];
  readonly classes: number;
  /** Its layers, and how its authors trained it. */
  readonly recipe: NinRecipe;
  readonly build: (device: Device, options?: NinOptions) => NetworkInNetwork;
}

/** What the authors' runs share. CIFAR-10's numbers; SVHN and MNIST took them over. */
const paper = {
  classes: 10,
  dropout: 0.5,
  init: 'paper',
  linearHead: false,
  lr: 0.1,
  weightDecay: 1e-4,
  lastLayerRate: 0.1,
} as const;

/** The layers are those of the authors' code, the published branch of cuda-convnet. */
const RECIPES = {
  'nin-cifar10': {
    ...paper,
    description: 'NIN of the paper for CIFAR-10 (table 1)',
    input: [3, 32, 32],
    blocks: [
      { kernelSize: 5, maps: [192, 160, 96] },
      { kernelSize: 5, maps: [192, 192, 192] },
      { kernelSize: 3, maps: [192, 192, 10] },
    ],
  },
  'nin-cifar100': {
    ...paper,
    description: 'NIN of the paper for CIFAR-100 (table 2)',
    input: [3, 32, 32],
    classes: 100,
    blocks: [
      { kernelSize: 5, maps: [192, 160, 96], std: [0.001, 0.01, 0.01] },
      { kernelSize: 5, maps: [192, 192, 192] },
      { kernelSize: 3, maps: [192, 192, 100] },
    ],
    lr: 0.02,
    weightDecay: 5e-4,
    lastLayerRate: 1,
  },
  'nin-svhn': {
    ...paper,
    description: 'NIN of the paper for SVHN (table 3)',
    input: [3, 32, 32],
    blocks: [
      { kernelSize: 5, maps: [128, 96, 64] },
      { kernelSize: 5, maps: [320, 256, 128] },
      { kernelSize: 5, maps: [384, 256, 10] },
    ],
  },
  'nin-mnist': {
    ...paper,
    description: 'NIN of the paper for MNIST (table 4)',
    input: [1, 28, 28],
    blocks: [
      { kernelSize: 5, maps: [96, 64, 48] },
      { kernelSize: 5, maps: [128, 96, 48] },
      { kernelSize: 5, maps: [128, 96, 10] },
    ],
  },
  'nin-glyphs': {
    ...paper,
    description: 'a small NIN for the embedded data set, made to learn fast on a CPU',
    input: [3, 32, 32],
    blocks: [
      { kernelSize: 5, stride: 2, maps: [16, 16, 16] },
      { kernelSize: 5, maps: [32, 32, 32] },
      { kernelSize: 3, maps: [32, 32, 10] },
    ],
    dropout: 0,
    init: 'he',
    linearHead: true,
    lastLayerRate: 1,
  },
} as const satisfies Record<string, NinRecipe & { description: string }>;

/** Every model by name, in the order in which they are listed to people. */
export const models: ReadonlyMap<string, ModelEntry> = new Map(
  Object.entries(RECIPES).map(([name, recipe]) => [
    name,
    {
      description: recipe.description,
      input: recipe.input,
      classes: recipe.classes,
      recipe,
      build: (device: Device, options?: NinOptions) => new NetworkInNetwork(device, recipe, options),
    },
  ]),
);
