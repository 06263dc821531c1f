import type { RunEstimate } from '../../experiments/reproduce/estimate.js';
import type { PlannedRun } from '../../experiments/reproduce/plan.js';
import { describeFindings, errorRows } from '../../experiments/reproduce/report/findings.js';
import type { Reproduction } from '../../experiments/reproduce/reproduce.js';
import type { Stretch } from '../../experiments/reproduce/speed.js';
import { textTable } from './text-table.js';

/** Recipe, description and seed of a run. */
export const describeRun = ({ recipe, config }: PlannedRun): string =>
  `${recipe.name}, ${recipe.description}, seed ${config.seed}`;

const HEADINGS = ['run', 'state', 'epochs left', 'images/s', 'minutes'] as const;

/** What runs have before them, a line for each, and all together. */
export function describePlan(estimates: readonly RunEstimate[]): string {
  const rows = estimates.map(({ run, stretches }) => {
    const name = `${run.recipe.name}, seed ${run.config.seed}`;
    if (!stretches) return [name, 'no data here', '', '', ''];
    return [name, STATES[run.state], ...figures(stretches)];
  });
  const known = estimates.flatMap(({ stretches = [] }) => stretches);
  const [epochs, , minutes] = figures(known);
  const missing = estimates.some(({ stretches }) => !stretches)
    ? ['Runs whose data are not in --data DIR are not counted.']
    : [];
  const lines = [
    ...textTable([HEADINGS, ...rows, ['all', '', epochs!, '', minutes!]], (column) => column > 1),
    'A schedule that watches the training error may end a run earlier.',
    ...missing,
  ];
  return `${lines.join('\n')}\n`;
}

const STATES = { missing: 'to begin', begun: 'begun', finished: 'finished' } as const;

/** Epochs, training images a second, and minutes. */
function figures(stretches: readonly Stretch[]): string[] {
  const epochs = stretches.reduce((sum, stretch) => sum + stretch.epochs, 0);
  const seconds = stretches.reduce((sum, { epochs, secondsPerEpoch }) => sum + epochs * secondsPerEpoch, 0);
  const [first] = stretches;
  const speed = first ? String(Math.round(first.imagesPerSecond)) : '';
  return [String(epochs), speed, (seconds / 60).toFixed(1)];
}

/** The report in a few lines, and where it is. */
export function describeReproduction({ scale, systems, report }: Reproduction): string {
  const rows = [
    ['system', 'paper, test', `here, ${scale.measured}`],
    ...errorRows(systems, scale.measured).map((row) => row.slice(0, 3)),
  ];
  const lines = [
    ...textTable(rows),
    ...describeFindings(systems, scale),
    ...(scale.warning === undefined ? [] : [scale.warning]),
    `written: ${report.html}, ${report.csv}, ${report.png}`,
  ];
  return `${lines.join('\n')}\n`;
}
