/** Each launch of the training step, with its time and what of the device's limits that is. */

import { timeLaunches } from '../../dist/inspect/launch-times.js';
import { variantOf, wordsOf } from '../../dist/inspect/launch-words.js';
import { leastTime } from '../../dist/inspect/limits.js';
import { digits } from '../results/report.mjs';
import { mainBatch } from './options.mjs';
import { timeSteps, workOf } from './ours.mjs';
import { table } from './report.mjs';
import { brief } from './step.mjs';

const isProduct = ({ shader }) => /^products\/matmul/.test(shader);

/**
 * What each launch is for. A product that reads a parameter is a forward one before the first backward launch, and that of an
 * input's gradient after it; one that reads none is that of a weight's gradient. What is made of parameters alone, such as a
 * copy of other precision, counts as one. The rest goes by the folder of its shader.
 * @param {readonly import('../../dist/gpu/program/launch.js').Launch[]} launches
 * @param {Iterable<object>} parameters where they are in memory
 */
export function kindsOf(launches, parameters) {
  const weights = new Set(parameters);
  const turn = launches.findIndex(({ label }) => /\.backward/.test(label));
  return launches.map((launch, index) => {
    const using = (how) => launch.operands.filter((_, operand) => launch.access[operand] === how);
    const read = using('read');
    if (isProduct(launch)) {
      if (!read.some((memory) => weights.has(memory))) return 'weight gradients';
      return turn < 0 || index < turn ? 'forward products' : 'input gradients';
    }
    if (read.length > 0 && read.every((memory) => weights.has(memory))) {
      for (const memory of using('write')) weights.add(memory);
    }
    return KINDS.find(([pattern]) => pattern.test(launch.shader))?.[1] ?? 'elementwise and others';
  });
}

/** By shader. */
const KINDS = [
  [/^products\/(split_k|bias)|^bias_gradient/, 'weight gradients, summed up'],
  [/^products\//, 'other products'],
  [/^pools\//, 'pools'],
  [/^optimizers\//, 'optimizer'],
  [/^normalisation\//, 'normalisation'],
  [/^reductions\//, 'loss'],
];

/** The sums of what launches take, by kind, the most first. */
export function byKind(results) {
  const sums = new Map();
  for (const { kind, milliseconds, least } of results) {
    const sum = sums.get(kind) ?? { kind, launches: 0, milliseconds: 0, least: 0 };
    sum.launches += 1;
    sum.milliseconds += milliseconds.median;
    sum.least += least ?? 0;
    sums.set(kind, sum);
  }
  return [...sums.values()].sort((one, other) => other.milliseconds - one.milliseconds);
}

const percent = (part, whole) => (part === undefined || !whole ? '' : ((100 * part) / whole).toFixed(0));

const HEAD = ['', 'for', 'kernel', 'us', 'least', '% step', '% limit', 'GFLOP/s', 'GB/s', 'what'];

const rowOf = (step, { index, kind, label, variant, milliseconds, least, cost, words }) => {
  const { median, min } = milliseconds;
  return [
    String(index),
    kind,
    variant ?? label,
    digits(1000 * median),
    digits(1000 * min),
    percent(median, step),
    percent(least, median),
    digits(cost.flops / median / 1e6),
    digits(cost.bytes / median / 1e6),
    words,
  ];
};

/** What people read of it. */
export function launchLines({ precision, batch, launches, kinds, sum, wall }) {
  return [
    `${precision}, batch ${batch}: ${launches.length} launches`,
    ...table([HEAD, ...launches.map((launch) => rowOf(wall.median, launch))], [1, 2, 9]),
    '',
    ...table(
      [
        ['', 'launches', 'ms', '% limit'],
        ...kinds.map(({ kind, launches, milliseconds, least }) => [
          kind,
          String(launches),
          digits(milliseconds),
          percent(least, milliseconds),
        ]),
      ],
      [0],
    ),
    `sum of all launches ${digits(sum)} ms; a step takes ${digits(wall.median)} ms: ${percent(sum, wall.median)} %`,
  ];
}

/** All launches of the step in one precision. */
async function measureOne({ sizes, devices, cases }, limits, precision, batch) {
  const on = await devices.get(precision);
  const work = await workOf(on, cases.get(batch));
  try {
    const program = await work.compile();
    const { wall } = await timeSteps(on, () => program.run(), sizes);
    const times = await timeLaunches(on.device, program);
    const kinds = kindsOf(
      times.map(({ launch }) => launch),
      work.parameters.map(({ memory }) => memory),
    );
    const launches = times.map((time, index) => resultOf(time, index, kinds[index], precision, limits));
    const sum = launches.reduce((total, { milliseconds }) => total + milliseconds.median, 0);
    const step = brief(wall);
    return { precision, batch, launches, kinds: byKind(launches), sum, wall: step, share: sum / step.median };
  } finally {
    work.release();
  }
}

/** What the JSON has of a launch. */
const resultOf = ({ launch, repeats, milliseconds }, index, kind, precision, limits) => ({
  index,
  label: launch.label,
  kind,
  variant: variantOf(launch),
  words: wordsOf(launch),
  shader: launch.shader,
  entryPoint: launch.entryPoint,
  constants: launch.constants,
  grid: launch.grid,
  cost: launch.cost ?? { flops: 0, bytes: 0 },
  repeats,
  milliseconds: brief(milliseconds),
  ...(limits && { least: leastTime(launch, precision, limits) }),
});

/**
 * @param {object} limits of `measureLimits`; without them nothing is said about shares
 * @param {object[]} results to which one is added for each precision, at the batch that is looked at most closely
 */
export async function measureLaunches(context, limits, results) {
  const { options, sizes, deadline, say } = context;
  const batch = mainBatch(sizes);
  for (const precision of options.precisions) {
    if (deadline.isOver(say, `launches, ${precision}`)) continue;
    try {
      results.push(await measureOne(context, limits, precision, batch));
      say(launchLines(results.at(-1)).join('\n'));
    } catch (error) {
      results.push({ precision, batch, failed: error.message });
      say(`launches, ${precision}: failed: ${error.message}`);
      process.exitCode = 1;
    }
  }
}
