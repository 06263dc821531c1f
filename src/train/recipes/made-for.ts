import type { ByteImages } from '../../data/dataset.js';
import { isNetFile } from '../nets/net-file.js';
import type { RunConfig } from './config.js';

/** A config whose net, if it is of the user's own, is made for the images of a set; any other config as it is. */
export function madeFor(config: RunConfig, { channels, height, width, classes }: ByteImages): RunConfig {
  if (!isNetFile(config.model)) return config;
  return {
    ...config,
    input: config.input ?? [channels, height, width],
    classes: config.classes ?? classes.length,
  };
}
