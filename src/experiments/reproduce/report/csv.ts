/** The figures of a report for other programs. */
import { csv } from '../../../files/csv.js';
import { type ClassMaps, meansOf } from '../../../train/answers/class-maps.js';
import type { SystemResult } from '../results.js';
import { curvePoints } from './plots.js';

/** A row for each run. Errors in per cent. */
export function errorsCsv(systems: readonly SystemResult[]): string {
  const head = [
    ...[
      'recipe',
      'system',
      'paper_test_error',
      'seed',
      'validation_error',
      'validation_images',
      'test_error',
    ],
    ...['test_images', 'epochs', 'seconds', 'adapter', 'driver', 'cpu', 'cores'],
  ];
  const percent = (share: number | undefined) => (share === undefined ? undefined : 100 * share);
  const rows = systems.flatMap(({ recipe, runs }) =>
    runs.map(({ config, validation, test, metrics, seconds, circumstances }) => {
      const { adapter, driver, cpu, cores } = circumstances?.machine ?? {};
      return [
        ...[recipe.name, recipe.description, recipe.paper?.error, config.seed],
        ...[percent(validation?.error), validation?.images, percent(test?.error), test?.images],
        ...[metrics.length, seconds.toFixed(1), adapter, driver, cpu, cores],
      ];
    }),
  );
  return csv(head, rows);
}

/** A row for each point of figure 3's curves. Errors in per cent. */
export function curvesCsv(systems: readonly SystemResult[]): string {
  const rows = curvePoints(systems).map(({ system, seed, epoch, images, error }) => [
    ...[system, seed, epoch, images, error],
  ]);
  return csv(['system', 'seed', 'epoch', 'images', 'error'], rows);
}

/** A row for each image: what it shows, what the net says, and the mean of each class map. */
export function classMapsCsv(all: readonly ClassMaps[], classes: readonly string[]): string {
  const rows = all.map((one) => [one.index, classes[one.label], classes[one.guess], ...meansOf(one)]);
  return csv(['image', 'class', 'answer', ...classes.map((name) => `mean of ${name}`)], rows);
}
