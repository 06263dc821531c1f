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

const digits = (value: number): string => String(Number(value.toPrecision(7)));

/** A line about a launch of a model's step. */
export function describeBeside(one: Beside): string {
  if ('state' in one) {
    return one.state === 'refused' ? `${one.name}: not for it` : `WRONG: ${describeWrong(one)}`;
  }
  const { name, count, rival, theirs, ours } = one;
  const often = count === 1 ? '' : `${count} times `;
  return `${often}${name}: yours ${speed(one, theirs)}, ${rival} ${speed(one, ours)}: ${describeRatio(one)}`;
}

const milliseconds = (value: number): string => `${value.toPrecision(3)} ms`;

/** `4.10 ms (36.2 GFLOP/s, 54 % of the limit)` */
function speed({ cost, least }: Timed, took: number): string {
  const [rate, unit] = cost.flops > 0 ? [cost.flops, 'GFLOP/s'] : [cost.bytes, 'GB/s'];
  return `${milliseconds(took)} (${(rate / took / 1e6).toPrecision(3)} ${unit}, ${((100 * least) / took).toFixed(0)} % of the limit)`;
}

/** `3.00 times as long (2.91 to 3.08): slower` */
function describeRatio({ ratio: { ratio, low, high, verdict } }: Timed): string {
  return `${ratio.toPrecision(3)} times as long (${low.toPrecision(3)} to ${high.toPrecision(3)}): ${verdict}`;
}

/** What all of the step comes to. */
export function describeStep(beside: readonly Beside[]): string {
  const timed = beside.filter((one): one is Timed => 'theirs' in one);
  if (timed.length === 0) return 'it launches nothing that this shader computes';
  const sum = (of: (one: Timed) => number) => timed.reduce((total, one) => total + one.count * of(one), 0);
  const [theirs, ours] = [sum((one) => one.theirs), sum((one) => one.ours)];
  const left = beside.length - timed.length;
  return (
    `together: yours ${milliseconds(theirs)}, the engine's ${milliseconds(ours)}` +
    `${left > 0 ? `; without ${left} that it does not compute` : ''}`
  );
}
