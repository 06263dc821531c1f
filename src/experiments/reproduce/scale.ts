/** How large an experiment is made: as the recipes say, or a miniature of it. */
import { type Dataset, take } from '../../data/index.js';
import { chooseConfig } from '../../train/recipes/choose-config.js';
import type { RunConfig } from '../../train/recipes/config.js';
import { fewSteps } from '../../train/recipes/presets.js';
import { readRecipe } from '../../train/recipes/recipe.js';

export interface Scale {
  /** Its word in the names of runs and reports. */
  readonly name: string;
  /** Its words in titles. */
  readonly label: string;
  /** Which error stands beside the paper's test error. */
  readonly measured: 'validation' | 'test';
  /** What a reader has to know before the figures; undefined where systems are trained as their recipes say. */
  readonly warning?: string;
  /** How a recipe is trained. */
  config(recipe: string, seed: number, data?: string): RunConfig;
  /** The images that are used of a data set that was loaded for such a config. */
  cut(dataset: Dataset): Dataset;
}

/** As the recipes say: what the owner of a GPU runs. */
const full: Scale = {
  name: 'full',
  label: 'full scale',
  measured: 'test',
  config: (recipe, seed, data) =>
    chooseConfig({ recipe, ...(data !== undefined && { data }), changes: { seed } }),
  cut: (dataset) => dataset,
};

/** The size of a miniature. */
export interface Miniature {
  /** Multiplies the number of maps in each layer. */
  readonly width: number;
  /** Training images, those held out included. */
  readonly images: number;
  /** Training images that are held out, and as many test images are scored at the end. */
  readonly heldOut: number;
  readonly epochs: number;
  readonly batch: number;
}

/**
 * What systems compare is kept: net, heads, dropout, preprocessing, augmentation, and the same images, seeds and epochs for
 * each. How they are trained is `fewSteps`: with the paper's first weights and schedule so few epochs would pass before the
 * nets begin to learn.
 */
export const miniature = (name: string, size: Miniature): Scale => ({
  name,
  label: `${name} scale`,
  measured: 'validation',
  warning:
    'This is a miniature. It shows whether systems compare as in the paper; its errors are not those of the paper, ' +
    'which trained nets of full width on all images, for hundreds of epochs.',
  config(recipe, seed, data) {
    const { width, images, heldOut, epochs, batch } = size;
    const how = { ...fewSteps(readRecipe(recipe).model), epochs, batch };
    const changes = { ...how, width, limit: images, seed, retrain: false };
    return chooseConfig({
      recipe,
      ...(data !== undefined && { data }),
      validation: heldOut,
      changes,
    });
  },
  cut: ({ test, ...rest }) => ({ ...rest, test: take(test, 0, Math.min(test.count, size.heldOut)) }),
});

export const SCALES = {
  /**
   * Steps enough for NIN without dropout to learn its 2,000 images almost by heart (a training error of some 13 %): with fewer,
   * dropout has nothing to prevent.
   */
  small: miniature('small', {
    width: 0.25,
    images: 3000,
    heldOut: 1000,
    epochs: 30,
    batch: 16,
  }),
  full,
} as const satisfies Record<string, Scale>;

export type ScaleName = keyof typeof SCALES;
export const SCALE_NAMES = Object.keys(SCALES) as ScaleName[];
