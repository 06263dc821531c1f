import type { Device } from '../../gpu/device.js';
import type { ModelEntry, ModelOptions } from './model.js';
import { NetworkInNetwork, NIN_MODELS, type NinLayers } from './nin.js';

const nin = (layers: NinLayers): ModelEntry => ({
  description: layers.description,
  input: layers.input,
  classes: layers.classes,
  build: (device: Device, options?: ModelOptions) => new NetworkInNetwork(device, layers, options),
});

/** Every model by name, in the order in which they are listed to people. */
export const models: ReadonlyMap<string, ModelEntry> = new Map(
  Object.entries(NIN_MODELS).map(([name, layers]) => [name, nin(layers)]),
);
