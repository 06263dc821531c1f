import { describe, expect, it } from 'vitest';
import { EXPERIMENT_NAMES, findExperiment } from '../../../src/experiments/reproduce/experiments.js';
import { planRuns } from '../../../src/experiments/reproduce/plan.js';
import { SCALES } from '../../../src/experiments/reproduce/scale.js';
import { differences } from '../../../src/train/recipes/differences.js';
import { findModel } from '../../../src/train/recipes/find-model.js';

const plan = (name: string, scale: keyof typeof SCALES) =>
  planRuns({
    experiment: findExperiment(name),
    scale: SCALES[scale],
    data: 'data',
    out: 'nowhere',
    seeds: 2,
  });

/** Settings in which no system of a miniature may differ from another unless the recipes do. */
const KEPT = ['model', 'dataset', 'dropout', 'head', 'batchNorm', 'preprocessing', 'augment'] as const;

/** What the paper prints, and nobody may change by accident. */
const PRINTED: Readonly<Record<string, readonly number[]>> = {
  table1: [11.68, 10.41, 8.81],
  table2: [38.57, 35.68],
  table3: [2.47, 2.35],
  table4: [0.45, 0.47],
  table5: [11.59, 10.88, 10.41],
  'sec4.6': [17.56, 15.99, 16.46],
  fig3: [14.51, 10.41],
  fig4: [10.41],
};

describe.each(EXPERIMENT_NAMES)('%s', (name) => {
  it('trains systems of the paper, each with every seed', () => {
    const runs = plan(name, 'full');
    expect(runs.map(({ config }) => config.seed)).toEqual(PRINTED[name]!.flatMap(() => [0, 1]));
    expect(runs.map(({ recipe }) => recipe.paper?.error)).toEqual(
      PRINTED[name]!.flatMap((error) => [error, error]),
    );
    for (const { config } of runs) expect(findModel(config.model).input).toHaveLength(3);
  });

  it('follows the recipes at full scale', () => {
    for (const { recipe, config } of plan(name, 'full')) {
      const { name: recipeName, description, paper, seed, ...settings } = recipe;
      expect(
        differences(settings, config)
          .map(({ field }) => field)
          .sort(),
      ).toEqual(['data', 'recipe', 'seed']);
      expect(config.recipe).toBe(recipeName);
    }
  });

  it('compares the same things in the miniature', () => {
    const runs = plan(name, 'small');
    const first = runs[0]!.config;
    for (const { recipe, config } of runs) {
      for (const field of KEPT) expect(config[field], field).toEqual(recipe[field]);
      const { limit, epochs, batch, width, learningRate, schedule } = first;
      expect(config).toMatchObject({ limit, epochs, batch, width, learningRate, schedule, retrain: false });
      expect(config.validation).toEqual({ ...recipe.validation, images: first.validation!.images });
      expect(config.width).toBeLessThan(1);
      expect(config.epochs).toBeLessThan(recipe.epochs);
    }
  });
});

it('takes the precision of the recipes, unless told otherwise', () => {
  const options = {
    experiment: findExperiment('fig3'),
    scale: SCALES.small,
    data: 'data',
    out: 'nowhere',
    seeds: 1,
  };
  const precisions = (runs: ReturnType<typeof planRuns>) => runs.map(({ config }) => config.precision);
  expect(precisions(planRuns(options))).toEqual(['highest', 'highest']);
  expect(precisions(planRuns({ ...options, precision: 'medium' }))).toEqual(['medium', 'medium']);
});

it('shares runs between experiments', () => {
  const paths = (name: string) => plan(name, 'small').map(({ path }) => path);
  for (const name of ['table1', 'table5', 'fig4'])
    expect(paths(name)).toEqual(expect.arrayContaining(paths('fig3').slice(2)));
  expect(plan('fig4', 'full')[0]!.path).not.toBe(paths('fig4')[0]);
});

it('knows no other experiments', () => {
  expect(() => findExperiment('table9')).toThrow(
    'no experiment is called "table9"; there are table1, table2',
  );
});
