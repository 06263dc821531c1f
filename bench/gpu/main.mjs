/**
 * What a GPU makes of the training step, and how far that is from what it could: `npm run bench:gpu -- [options]`, or without npm
 * `node bench/gpu/main.mjs`. See ../README.md.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { measureLimits } from '../../dist/inspect/limits.js';
import { limitCases } from '../limits/cases.mjs';
import { EXACT } from '../precisions.mjs';
import { check } from '../prepare.mjs';
import { digits, loadAverage } from '../results/report.mjs';
import { Deadline } from './deadline.mjs';
import { measureLaunches } from './launches.mjs';
import { testOps } from './ops.mjs';
import { optionsFrom, sizesFor, USAGE, UsageError } from './options.mjs';
import { Cases, Devices } from './ours.mjs';
import { measurePeers } from './peers.mjs';
import { comparisonLines, comparisonOf, lossLines } from './report.mjs';
import { measureSteps } from './step.mjs';

const say = (text) => console.log(text);

/** How often each limit is timed; the fastest counts. */
const LIMIT_SAMPLES = 10;

/** What there is to say of limits. */
function limitLine({ gflops, gigabytes, matrixGflops }) {
  const units = matrixGflops
    ? `${digits(matrixGflops)} GFLOP/s of matrix units`
    : 'no matrix units that it knows';
  return `${digits(gflops)} GFLOP/s of fma in registers, ${digits(gigabytes)} GB/s of copying, ${units}`;
}

/** By name: each adds to the report what it found, as it finds it. */
const RUN = {
  async limits(context, report) {
    const limitsAt = async (precision) => {
      const { device } = await context.devices.get(precision);
      for (const one of limitCases(device)) {
        const error = await check(device, one);
        if (error) throw new Error(`${one.name}: ${error}`);
      }
      return measureLimits(device, LIMIT_SAMPLES);
    };
    report.limits = await limitsAt(EXACT);
    // Only where less will do may matrix units be used.
    const rounding = context.options.precisions.at(-1);
    if (rounding !== EXACT) report.limits = await limitsAt(rounding);
    say(limitLine(report.limits));
  },
  async step(context, report) {
    report.step = [];
    await measureSteps(context, report.step);
  },
  async launches(context, report) {
    report.launches = [];
    await measureLaunches(context, report.limits, report.launches);
  },
  async peers(context, report) {
    report.peers = [];
    await measurePeers(context, report.peers);
  },
  async ops(context, report) {
    report.ops = (await testOps(context)) ?? null;
    if (report.ops?.failed) process.exitCode = 1;
  },
};

async function main(argv) {
  const options = optionsFrom(argv);
  if (options.help) return say(USAGE);
  // What somebody tuned on this machine is not what others get.
  process.env.DAWNGRAD_TUNING = 'off';
  const deadline = new Deadline(options.seconds);
  const folder = mkdtempSync(join(tmpdir(), 'dawngrad-gpu-'));
  const devices = new Devices();
  try {
    const { device, clock } = await devices.get(EXACT);
    const { adapter } = device;
    const sizes = sizesFor(options, adapter.software);
    const cases = new Cases(folder, sizes.width);
    const context = { options, sizes, devices, cases, deadline, say, folder, software: adapter.software };
    const report = {
      date: new Date().toISOString(),
      adapter,
      machine: { cpu: cpus()[0]?.model.trim() ?? 'unknown', cores: cpus().length, node: process.version },
      clock: clock.name,
      sizes,
      quick: options.quick,
      loadAverage: { start: loadAverage() },
      failures: {},
    };
    say(`${adapter.name} (${adapter.driver}), timed by ${clock.name}; maps x ${sizes.width}`);
    for (const part of options.parts) {
      say(`\n${part}`);
      try {
        await RUN[part](context, report);
      } catch (error) {
        report.failures[part] = error.message;
        say(`failed: ${error.stack}`);
        process.exitCode = 1;
      }
      report.comparison = comparisonOf(report.step ?? [], report.peers ?? []);
      report.seconds = deadline.passed();
      report.loadAverage.end = loadAverage();
      if (options.json) writeFileSync(options.json, `${JSON.stringify(report, null, 2)}\n`);
    }
    const losses = lossLines(report.step ?? [], report.peers ?? []);
    say([...comparisonLines(report.comparison), ...losses, '', `${report.seconds.toFixed(0)} s`].join('\n'));
  } finally {
    devices.destroy();
    rmSync(folder, { recursive: true });
  }
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  console.error(error instanceof UsageError ? error.message : error);
  process.exitCode = error instanceof UsageError ? 2 : 1;
}
