/** A ladder that was climbed, for people. */

import { digits } from '../../inspect/digits.js';
import type { Climb, ClimbedStep } from '../../inspect/ladder/climb.js';
import { excuseOf, gainText } from '../../inspect/ladder/words.js';
import { textTable } from './text-table.js';

function rowOf(step: ClimbedStep, climb: Climb): string[] {
  const withRate = climb.flops > 0;
  const { name, after, timed, missing = '' } = step;
  const cells = timed
    ? [
        digits(timed.least),
        digits(timed.milliseconds),
        ...(withRate ? [digits(timed.gflops)] : []),
        (100 * timed.share).toFixed(0),
        digits(timed.times),
        [after === undefined ? '' : gainText(timed, after), excuseOf(step, climb)].filter(Boolean).join('; '),
      ]
    : ['', '', ...(withRate ? [''] : []), '', '', missing];
  return [name, ...cells];
}

/** The table of all steps, and below it each step's idea. */
export function describeClimb(climb: Climb): string {
  const { name, work, adapter, clock, limits, steps } = climb;
  const withRate = climb.flops > 0;
  const [first] = steps;
  const head = [
    '',
    'least ms',
    'ms',
    ...(withRate ? ['GFLOP/s'] : []),
    '% limit',
    `x ${first?.name}`,
    'gain',
  ];
  const longest = Math.max(...steps.map(({ name }) => name.length));
  return [
    `${name}: ${work}`,
    `on ${adapter}, by ${clock}; limits ${digits(limits.gflops)} GFLOP/s, ${digits(limits.gigabytes)} GB/s`,
    '',
    ...textTable(
      [head, ...steps.map((step) => rowOf(step, climb))],
      (column) => column > 0 && column < head.length - 1,
    ),
    '',
    ...steps.map(({ name, idea }) => `${name.padEnd(longest)}  ${idea}`),
    '',
  ].join('\n');
}
