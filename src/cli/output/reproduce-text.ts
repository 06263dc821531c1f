import type { PlannedRun } from '../../experiments/reproduce/plan.js';
import { describeFindings, errorRows } from '../../experiments/reproduce/report/findings.js';
import type { Reproduction } from '../../experiments/reproduce/reproduce.js';
import { textTable } from './text-table.js';

/** Recipe, description and seed of a run. */
export const describeRun = ({ recipe, config }: PlannedRun): string =>
  `${recipe.name}, ${recipe.description}, seed ${config.seed}`;

/** `about 40 seconds`, `about 12 minutes`, `about 3.5 hours`, `about 12 days`. */
export function describeTime(seconds: number): string {
  const [unit, size] = UNITS.find(([, one]) => seconds >= 2 * one) ?? UNITS.at(-1)!;
  const count = seconds / size;
  return `about ${count < 10 && unit !== 'seconds' ? count.toFixed(1) : Math.round(count)} ${unit}`;
}

const UNITS: readonly (readonly [string, number])[] = [
  ['days', 86_400],
  ['hours', 3600],
  ['minutes', 60],
  ['seconds', 1],
];

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
