/** Images that stand for those of a run where only their size matters. */
import type { ImageSet } from '../../data/dataset.js';
import { keepsBytes } from '../../data/index.js';
import type { RunConfig } from '../recipes/config.js';
import { findModel } from '../recipes/find-model.js';
import { type RunImages, standardisedImages } from './run-images.js';

/** One black image of the size that a config's model takes, as its preprocessing would leave it: plans ask for no more. */
export function blankImages({ model, dataset, preprocessing }: RunConfig): RunImages {
  const { input, classes } = findModel(model);
  const [channels, height, width] = input;
  const size = channels * height * width;
  const set: ImageSet = {
    count: 1,
    channels,
    height,
    width,
    pixels: new Uint8Array(size),
    labels: new Uint8Array(1),
    classes: Array.from({ length: classes }, (_, label) => String(label)),
  };
  const all = { name: dataset, train: set, test: set };
  const bytes = standardisedImages(all);
  if (keepsBytes(preprocessing)) return bytes;
  const floats = { set: { ...set, pixels: new Float32Array(size) } };
  return { ...bytes, train: floats, test: floats };
}
