/** What the lab found out about a user's shader, for people. */
import type { Beside, Timed } from '../../inspect/lab/beside.js';
import type { CheckedCase } from '../../inspect/lab/check-rung.js';

/** Wrong cases that are told one by one. */
const MOST_TOLD = 5;

/** How it did over the table: where it is wrong, what it does not take, how near to the specification it is. */
export function describeChecks(checked: readonly CheckedCase[]): string {
  const those = (wanted: CheckedCase['state']) => checked.filter(({ state }) => state === wanted);
  const [right, wrong, refused] = [those('right'), those('wrong'), those('refused')];
  const worst = Math.max(0, ...right.map(({ worst }) => worst));
  const lines =
    wrong.length === 0
      ? [`right in ${right.length} of ${checked.length} cases${nearness(worst)}`]
      : [
          `WRONG in ${wrong.length} of ${checked.length} cases:`,
          ...wrong.slice(0, MOST_TOLD).map((one) => `  ${describeWrong(one)}`),
          ...(wrong.length > MOST_TOLD ? [`  ... and ${wrong.length - MOST_TOLD} more`] : []),
        ];
  if (refused.length === 0) return lines.join('\n');
  const names = refused.slice(0, MOST_TOLD).map(({ name }) => name);
  const more = refused.length > MOST_TOLD ? ', ...' : '';
  return [...lines, `not for ${refused.length} cases, which others compute: ${names.join('; ')}${more}`].join(
    '\n',
  );
}

const nearness = (worst: number): string =>
  worst === 0
    ? ', to the bit'
    : `; the largest difference is ${worst.toPrecision(2)} of what rounding explains`;

function describeWrong({ name, shape, error }: CheckedCase): string {
  if (!error) return name;
  const { element, expected, got, limit, wrong, compared } = error;
  const allowed = limit === 0 ? 'must be equal' : `may differ by ${limit.toPrecision(2)}`;
  return (
    `${name} (${shape}): ${element} is ${digits(got)}, expected ${digits(expected)} (${allowed}); ` +
    `${wrong} of ${compared} elements are wrong`
  );
}

/** A number to a few digits. */
const digits = (value: number, most = 7): string => String(Number(value.toPrecision(most)));

/** Headings and widths of what is said of a launch. What is computed comes last, since it has no width of its own. */
const COLUMNS = [
  ['launches', 8],
  ['yours ms', 8],
  ['% limit', 7],
  ['ours ms', 8],
  ['% limit', 7],
  ['by', -26],
  ['times as long', -35],
  ['product', 0],
] as const;

const lineOf = (cells: readonly string[]): string =>
  COLUMNS.map(([, width], column) => {
    const cell = cells[column] as string;
    return width < 0 ? cell.padEnd(-width) : cell.padStart(width);
  }).join('  ');

/** What stands above the lines about launches. */
export const besideHead = (): string => lineOf(COLUMNS.map(([heading]) => heading));

/** A line about a launch of a model's step, as soon as it is timed. */
export function describeBeside(one: Beside): string {
  if ('state' in one) {
    return one.state === 'refused' ? `not for ${one.name}` : `WRONG: ${describeWrong(one)}`;
  }
  const { name, count, rival, theirs, ours, least } = one;
  const percent = (took: number) => ((100 * least) / took).toFixed(0);
  const numbers = [String(count), digits(theirs, 3), percent(theirs), digits(ours, 3), percent(ours)];
  const part = one.share < 1 ? ` (by ${digits(100 * one.share, 2)} % of it)` : '';
  return lineOf([...numbers, rival, describeRatio(one), `${name}${part}`]);
}

/** `3.00 (2.91 to 3.08) slower` */
const describeRatio = ({ ratio: { ratio, low, high, verdict } }: Timed): string =>
  `${digits(ratio, 3)} (${digits(low, 3)} to ${digits(high, 3)}) ${verdict}`;

/** What all of the step comes to. */
export function describeStep(beside: readonly Beside[]): string {
  const timed = beside.filter((one): one is Timed => 'theirs' in one);
  if (timed.length === 0) return 'it launches nothing that this shader computes';
  const sum = (of: (one: Timed) => number) => timed.reduce((total, one) => total + one.count * of(one), 0);
  const [theirs, ours] = [sum((one) => one.theirs), sum((one) => one.ours)];
  const left = beside.length - timed.length;
  return (
    `together: yours ${digits(theirs, 3)} ms, the engine's ${digits(ours, 3)} ms` +
    `${left > 0 ? `; without ${left} that it does not compute` : ''}`
  );
}
