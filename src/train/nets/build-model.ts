import type { Device } from '../../gpu/device.js';
import type { Module } from '../../nn/module.js';
import { MODEL_OPTIONS, type RunConfig } from '../recipes/config.js';
import { entryOf } from '../recipes/find-model.js';

/**
 * The net of a config with its first weights, which follow from the device's seed: one of this package, which need not be waited
 * for.
 * @throws RunError when it is none of them, DawngradError when an option contradicts the architecture
 */
export function buildModel(
  config: Pick<RunConfig, 'model' | 'images' | (typeof MODEL_OPTIONS)[number]>,
  device: Device,
): Module {
  const given = MODEL_OPTIONS.filter((name) => config[name] !== undefined).map((name) => [
    name,
    config[name],
  ]);
  return entryOf(config).build(device, Object.fromEntries(given));
}
