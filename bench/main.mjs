/** Time every kernel at the shapes of Network in Network: `npm run bench -- [filter ...] [options]`. See README.md here. */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { PRECISIONS, renamed } from '../dist/gpu/precision.js';
import { stopwatch } from '../dist/gpu/stopwatch.js';
import { casesOf, choose, FilterError } from './cases.mjs';
import { openDevice } from './device.mjs';
import { limitCases } from './limits/cases.mjs';
import { measure } from './measure.mjs';
import { header, headLine, jsonOf, loadAverage, loadNote, resultLine, resultOf } from './report.mjs';
import { rateOf } from './statistics.mjs';

const USAGE = `npm run bench -- [filter ...] [options]

  filter          only cases whose name contains one of these, such as matmul, conv2d.forward or block2
  --batch N       images in a batch (default 32)
  --time S        seconds to spend on timing each case, after it was checked (default 0.5)
  --json FILE     also write everything as JSON
  --adapter NAME  a substring of the adapter's name, as \`dawngrad doctor\` lists it
  --precision P   high or medium: also what rounds operands of matrix products to two halves or to one (default highest)
  --list          print the names of the cases
`;

class UsageError extends Error {}

function optionsFrom(argv) {
  try {
    const { values, positionals } = parseArgs({
      args: argv,
      allowPositionals: true,
      options: {
        batch: { type: 'string', default: '32' },
        time: { type: 'string', default: '0.5' },
        json: { type: 'string' },
        adapter: { type: 'string' },
        precision: { type: 'string', default: 'highest' },
        list: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    });
    const [batch, time] = [Number(values.batch), Number(values.time)];
    if (!(Number.isInteger(batch) && batch > 0))
      throw new Error(`--batch ${values.batch}: not a whole number over 0`);
    if (!(time > 0)) throw new Error(`--time ${values.time}: not a number of seconds over 0`);
    const precision = renamed(values.precision);
    if (!PRECISIONS.includes(precision))
      throw new Error(`--precision ${precision}: not ${PRECISIONS.join(', ')}`);
    return { ...values, precision, batch, time, filters: positionals };
  } catch (error) {
    throw new UsageError(error.message.split('\n')[0]);
  }
}

/** What the device can do, and what it took to find out. The fastest sample counts: what slows a limit down is not the device. */
async function measureLimits(device, clock, budget) {
  const measurements = [];
  for (const wanted of limitCases()) {
    const measurement = await measure(device, clock, wanted, budget);
    if (measurement.error) throw new Error(`${wanted.name}: ${measurement.error}`);
    measurements.push(measurement);
  }
  const [arithmetic, copy] = measurements.map(({ cost, times }) => rateOf(cost, times.min));
  return { limits: { gflops: arithmetic.gflops, gigabytes: copy.gigabytes }, measurements };
}

async function main(argv) {
  const options = optionsFrom(argv);
  if (options.help) return console.log(USAGE);
  const device = await openDevice(options.adapter, options.precision);
  try {
    const cases = choose(casesOf(device, options), options.filters);
    if (options.list) for (const { name } of cases) console.log(name);
    else await report(device, cases, options);
  } finally {
    device.destroy();
  }
}

async function report(device, cases, { batch, time, json }) {
  const loads = { start: loadAverage() };
  const clock = stopwatch(device);
  const { limits, measurements } = await measureLimits(device, clock, 1000 * time);
  const about = { device, clock, batch, time, limits };
  const width = Math.max(...cases.map(({ name }) => name.length));
  console.log([...header(about), loadNote(loads.start), headLine(width)].filter(Boolean).join('\n'));

  const results = measurements.map((measurement) => resultOf(measurement, limits));
  for (const result of results) console.log(resultLine(result, width));
  for (const wanted of cases) {
    const result = resultOf(await measure(device, clock, wanted, 1000 * time), limits);
    console.log(resultLine(result, width));
    results.push(result);
  }
  loads.end = loadAverage();
  if (loads.end > loads.start && loadNote(loads.end)) console.log(loadNote(loads.end));
  if (json) writeFileSync(json, `${JSON.stringify(jsonOf({ ...about, loads, results }), null, 2)}\n`);
  if (results.some(({ error }) => error)) process.exitCode = 1;
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  const expected = error instanceof UsageError || error instanceof FilterError;
  console.error(expected ? error.message : error);
  process.exitCode = expected ? 2 : 1;
}
