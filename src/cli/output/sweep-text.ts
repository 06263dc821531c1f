/** The trials of a sweep as a table for people, and the best of them. */
import { formatValue } from '../../experiments/sweep/dimension.js';
import { bestOf, type TrialOutcome } from '../../experiments/sweep/outcome.js';
import { formatSettings } from '../../experiments/sweep/settings.js';
import { textTable } from './text-table.js';

const RIGHT_OF_SETTINGS = ['validation error', 'wrong', 'loss', 'epochs'] as const;

function ending({ state, validation, epochs }: TrialOutcome): string[] {
  if (!validation) return [state, '', '', epochs > 0 ? String(epochs) : ''];
  const { error, wrong, images, loss } = validation;
  return [`${(100 * error).toFixed(2)} %`, `${wrong}/${images}`, loss.toFixed(4), String(epochs)];
}

/** The trials in order, columns aligned. */
export function formatTable(outcomes: readonly TrialOutcome[]): string {
  const fields = Object.keys(outcomes[0]?.trial.settings ?? {});
  const rows = [
    ['trial', ...fields, ...RIGHT_OF_SETTINGS],
    ...outcomes.map((outcome) => [
      outcome.trial.name,
      ...fields.map((field) => formatValue(outcome.trial.settings[field])),
      ...ending(outcome),
    ]),
  ];
  return textTable(rows, (column) => column > fields.length)
    .map((line) => `${line}\n`)
    .join('');
}

/** `best: trial-0002, validation error 12.10 % (121/1000): weightDecay=0.0001`. Programs read this line: its form is stable. */
export function formatBest(outcomes: readonly TrialOutcome[]): string {
  const best = bestOf(outcomes);
  if (!best?.validation) return 'best: none, every trial diverged';
  const { error, wrong, images } = best.validation;
  const score = `${(100 * error).toFixed(2)} % (${wrong}/${images})`;
  return `best: ${best.trial.name}, validation error ${score}: ${formatSettings(best.trial.settings)}`;
}
