/** The findings of an experiment in words, for the report and for the terminal. */
import { type ClassMaps, countRight } from '../../../train/answers/class-maps.js';
import {
  type Comparison,
  compareSystems,
  type ErrorSummary,
  type Measured,
  type SystemResult,
  summariseErrors,
} from '../results.js';
import type { Scale } from '../scale.js';

export const percent = (share: number): string => `${(100 * share).toFixed(2)} %`;

/** `62.10 % ± 1.53`, in points of per cent. */
const describeError = (summary: ErrorSummary | undefined): string =>
  summary ? `${percent(summary.mean)} ± ${(100 * summary.standardError).toFixed(2)}` : 'not scored';

const VERDICTS: Readonly<Record<Comparison['verdict'], string>> = {
  'as in the paper': 'As in the paper',
  'the other way round': 'Not as in the paper, but the other way round',
  unclear: 'Too close to tell',
};

/** Whom the difference between two systems speaks for. */
function describeComparison({ better, worse, paper, here, standardError, verdict }: Comparison): string {
  return (
    `${VERDICTS[verdict]}: "${better.description}" has ${paper.toFixed(2)} points less error than ` +
    `"${worse.description}" in the paper, and here ${Math.abs(here).toFixed(2)} ± ${standardError.toFixed(2)} points ` +
    `${here < 0 ? 'more' : 'less'}.`
  );
}

/** What the errors say about the paper's claims. */
export function describeFindings(systems: readonly SystemResult[], scale: Scale): string[] {
  const comparisons = compareSystems(systems, scale.measured);
  const small =
    scale.warning !== undefined && comparisons.some(({ verdict }) => verdict !== 'as in the paper');
  return [
    ...comparisons.map(describeComparison),
    ...(small
      ? ['Where it does not go as in the paper, this miniature is too small to show what the paper shows.']
      : []),
  ];
}

/** Whether a net's answers rest on its class maps. */
export function classMapFindings(all: readonly ClassMaps[]): string[] {
  const { images, right, largestMean } = countRight(all);
  return [
    `Of ${images} test images the net gets ${right} right. In ${largestMean} of these ${right} the true class's map has the ` +
      'largest mean of all maps, which is what makes it the answer.',
  ];
}

/** A line for each system: the paper's error, and ours. */
export function errorRows(systems: readonly SystemResult[], measured: Measured): string[][] {
  const other: Measured = measured === 'test' ? 'validation' : 'test';
  return systems.map((system) => {
    const { recipe, runs } = system;
    const summary = summariseErrors(system, measured);
    const range = summary && runs.length > 1 ? summary.range.map(percent).join(' to ') : '';
    return [
      recipe.description,
      recipe.paper ? `${recipe.paper.error.toFixed(2)} %` : '',
      describeError(summary),
      describeError(summariseErrors(system, other)),
      String(runs.length),
      range,
    ];
  });
}
