/** `results.csv` of a sweep: a line for each trial, for spreadsheets and plotting. */
import { type Cell, csv } from '../../files/csv.js';
import { formatValue } from './dimension.js';
import type { TrialOutcome } from './outcome.js';

const OWN_COLUMNS = {
  state: ({ state }) => state,
  /** Share of the held-out images, 0..1. */
  validation_error: ({ validation }) => validation?.error,
  validation_wrong: ({ validation }) => validation?.wrong,
  validation_images: ({ validation }) => validation?.images,
  validation_loss: ({ validation }) => validation?.loss,
  epochs: ({ epochs }) => epochs,
  seconds: ({ seconds }) => Number(seconds.toFixed(1)),
} as const satisfies Record<string, (outcome: TrialOutcome) => Cell>;

/** The trials in order: name, settings, how it ended; numbers in full. */
export function formatCsv(outcomes: readonly TrialOutcome[]): string {
  const fields = Object.keys(outcomes[0]?.trial.settings ?? {});
  const header = ['trial', ...fields, ...Object.keys(OWN_COLUMNS)];
  const rows = outcomes.map((outcome) => [
    outcome.trial.name,
    ...fields.map((field) => formatValue(outcome.trial.settings[field])),
    ...Object.values(OWN_COLUMNS).map((cell) => cell(outcome)),
  ]);
  return csv(header, rows);
}
