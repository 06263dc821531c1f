import { CONV_MAXOUT_MODELS, ConvMaxout, type ConvMaxoutLayers } from './conv-maxout.js';
import { HINTON_CNN, HintonCnn } from './hinton-cnn.js';
import { type ModelDescription, type ModelEntry, modelEntry } from './model.js';
import { NetworkInNetwork, NIN_MODELS, type NinLayers } from './nin.js';

const nin = ([name, layers]: [string, NinLayers]): ModelEntry =>
  modelEntry(name, layers, (...given) => new NetworkInNetwork(...given));

const convMaxout = ([name, layers]: [string, ConvMaxoutLayers]): ModelEntry =>
  modelEntry(
    name,
    { ...layers, fixed: { ...layers.fixed, kernelSizes: layers.blocks.map(({ kernelSize }) => kernelSize) } },
    (...given) => new ConvMaxout(...given),
  );

const hintonCnn = modelEntry<ModelDescription>(
  'hinton-cnn',
  HINTON_CNN,
  (device, sizes, options) => new HintonCnn(device, options, sizes),
);

/** Every model by name, in the order in which they are listed to people. */
export const models: ReadonlyMap<string, ModelEntry> = new Map(
  [
    ...Object.entries(NIN_MODELS).map(nin),
    hintonCnn,
    ...Object.entries(CONV_MAXOUT_MODELS).map(convMaxout),
  ].map((entry) => [entry.name, entry]),
);
