/** What texts tell of full-scale runs, drawn from what is kept of them. What was not run yet says so. */

import { plotSvg } from '../../files/svg.js';
import { type Recipe, readRecipe, recipeNames } from '../../train/recipes/recipe.js';
import { RunError } from '../../train/run/run-error.js';
import { curvesPlot } from '../reproduce/report/plots.js';
import type { FinishedRun, SystemResult } from '../reproduce/results.js';
import { summariseErrors } from '../reproduce/results.js';
import type { Draw } from './blocks.js';
import { followsRecipe, type KeptRun } from './kept-run.js';

/** The systems of figure 3, and its file beside the runs. */
const FIGURE3 = ['nin-cifar10-no-dropout', 'nin-cifar10'];
export const FIGURE3_FILE = 'figure3.svg';

const NOT_YET = 'not run yet';
const percent = (share: number | undefined): string =>
  share === undefined ? '' : `${(100 * share).toFixed(2)} %`;

/** What counts of a run: after retraining, where there was some. */
const finalOf = ({ training, retraining }: KeptRun) => retraining ?? training;

/** What a name in a text stands for. */
const FIELDS: Readonly<Record<string, (one: KeptRun) => string>> = {
  test: (one) => percent(finalOf(one).result.test?.error),
  validation: ({ training }) => percent(training.result.validation?.error),
  minutes: ({ minutes }) => minutes.toFixed(1),
  epochs: (one) => String(finalOf(one).result.epochs),
  adapter: ({ circumstances }) => circumstances.machine.adapter,
};

/**
 * How blocks are drawn from kept runs.
 * @param folder that the runs are kept in, as the texts refer to it
 */
export function drawFrom(kept: readonly KeptRun[], folder: string): Draw {
  const whole: Readonly<Record<string, () => string>> = {
    paper: () => paperTable(kept),
    presets: () => presetsTable(kept),
    figure3: () =>
      figure3Systems(kept)
        ? `![Figure 3: error per epoch of NIN, with dropout and without](${folder}/${FIGURE3_FILE})`
        : `Figure 3: ${NOT_YET}.`,
  };
  return (name) => {
    const block = whole[name];
    if (block) return block();
    const [, run, field] = /^(.+)\.(\w+)$/.exec(name) ?? [];
    const found = kept.find(({ name }) => name === run);
    const tell = FIELDS[field ?? ''];
    if (!tell || run === undefined) {
      const known = [...Object.keys(whole), ...Object.keys(FIELDS).map((one) => `RUN.${one}`)];
      throw new RunError(`results: "${name}" is none of ${known.join(', ')}`);
    }
    if (!found) throw new RunError(`results: no run is kept as "${run}"`);
    const text = tell(found);
    if (text === '') throw new RunError(`results: the run "${run}" has no ${field}`);
    return text;
  };
}

const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [row(head), `|${head.map(() => '---').join('|')}|`, ...rows.map(row)].join('\n');
}

/** Every system that the paper compares, and what came of it here. */
function paperTable(kept: readonly KeptRun[]): string {
  const systems = recipeNames()
    .map(readRecipe)
    .filter(({ paper }) => paper);
  const rows = systems.map((recipe) => {
    const { runs } = systemOf(recipe, kept);
    const printed = `${recipe.paper?.error.toFixed(2)} %`;
    if (runs.length === 0) return [recipe.description, printed, NOT_YET, '', '', '', '', ''];
    const told = (measured: 'test' | 'validation') => {
      const summary = summariseErrors({ recipe, runs }, measured);
      return summary ? `${percent(summary.mean)} ± ${(100 * summary.standardError).toFixed(2)}` : '';
    };
    const minutes = runs.reduce((sum, { seconds }) => sum + seconds / 60, 0) / runs.length;
    return [
      ...[recipe.description, printed, told('test'), told('validation'), String(runs.length)],
      ...[range(runs.map(({ metrics }) => metrics.length)), minutes.toFixed(1), adaptersOf(runs)],
    ];
  });
  return table(
    ['system', 'paper, test', 'here, test', 'here, validation', 'runs', 'epochs', 'minutes', 'on'],
    rows,
  );
}

const range = (values: readonly number[]): string =>
  [...new Set([Math.min(...values), Math.max(...values)])].join(' to ');

const adaptersOf = (runs: readonly FinishedRun[]): string =>
  [...new Set(runs.flatMap(({ circumstances }) => circumstances?.machine.adapter ?? []))].join(', ');

/** Runs that were trained in other ways than the paper's, the best first. */
function presetsTable(kept: readonly KeptRun[]): string {
  const others = kept.filter(({ training }) => !followsRecipe(training));
  if (others.length === 0) return `Other ways to train: ${NOT_YET}.`;
  const scored = others.map((one) => {
    const { validation, test } = finalOf(one).result;
    return { one, error: one.training.result.validation ?? validation ?? test };
  });
  scored.sort((a, b) => (a.error?.error ?? 1) - (b.error?.error ?? 1));
  return table(
    ['run', 'how', 'error', 'of images', 'training error', 'epochs', 'minutes', 'on'],
    scored.map(({ one, error }) => {
      const { metrics, result } = finalOf(one);
      return [
        ...[one.name, one.description, percent(error?.error), String(error?.images ?? '')],
        ...[percent(metrics.at(-1)?.trainError), String(result.epochs), one.minutes.toFixed(1)],
        one.circumstances.machine.adapter,
      ];
    }),
  );
}

function systemOf(recipe: Recipe, kept: readonly KeptRun[]): SystemResult {
  const runs = kept
    .filter(({ training }) => training.config.recipe === recipe.name && followsRecipe(training))
    .map((one): FinishedRun => {
      const { result, metrics } = finalOf(one);
      return {
        ...{ recipe, config: one.training.config, path: one.name, state: 'finished' },
        validation: one.training.result.validation,
        test: result.test,
        metrics,
        seconds: 60 * one.minutes,
        circumstances: one.circumstances,
      };
    });
  return { recipe, runs };
}

/** @returns undefined unless both systems of the figure were trained */
function figure3Systems(kept: readonly KeptRun[]): SystemResult[] | undefined {
  const systems = FIGURE3.map((name) => systemOf(readRecipe(name), kept));
  return systems.every(({ runs }) => runs.length > 0) ? systems : undefined;
}

/** Figure 3 as SVG; undefined where a system of it was not run yet. */
export async function figure3(kept: readonly KeptRun[]): Promise<string | undefined> {
  const systems = figure3Systems(kept);
  return systems && plotSvg(curvesPlot(systems));
}
