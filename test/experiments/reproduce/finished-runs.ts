import type { FinishedRun, SystemResult } from '../../../src/experiments/reproduce/results.js';
import { SCALES } from '../../../src/experiments/reproduce/scale.js';
import { readRecipe } from '../../../src/train/recipes/recipe.js';

/** The scores of a run that nobody trained. */
export interface Fake {
  readonly seed?: number;
  readonly validation?: number;
  readonly test?: number;
  readonly images?: number;
}

const score = (error: number | undefined, images: number) =>
  error === undefined ? undefined : { error, wrong: Math.round(error * images), images, loss: 1 };

/** A system of the paper, as if it had been trained with these results. */
export function fakeSystem(name: string, fakes: readonly Fake[], scale = SCALES.small): SystemResult {
  const recipe = readRecipe(name);
  const runs = fakes.map(({ seed = 0, validation, test, images = 1000 }): FinishedRun => {
    const epoch = (number: number, trainError: number) => ({
      ...{ epoch: number, step: number * 10, learningRate: 0.1, trainLoss: 1, trainError },
      ...{ validationLoss: 1, validationError: validation ?? 0, imagesPerSecond: 200, seconds: 30 },
    });
    return {
      recipe,
      config: scale.config(name, seed, 'data'),
      path: `out/runs/${name}-${seed}`,
      state: 'finished',
      validation: score(validation, images),
      test: score(test, images),
      metrics: [epoch(1, 0.5), epoch(2, 0.25)],
      seconds: 60,
      circumstances: {
        machine: {
          ...{
            adapter: 'quickdraw',
            driver: 'Mesa 25',
            software: true,
            cpu: 'a <fast> one',
            cores: 2,
            system: 'linux',
          },
        },
        images: { train: 2000, validation: 1000, test: 1000, note: 'batch 5 is held out' },
        parameters: 12345,
      },
    };
  });
  return { recipe, runs };
}
