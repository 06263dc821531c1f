/** The training step in each precision, at each batch; with `--tuned`, again with the kernels that the tuner finds. */

import { measurementsOf, tuneProducts } from '../../dist/inspect/tuning/tuner.js';
import { useMeasurements } from '../../dist/kernels/products/choice/choose-variant.js';
import { productsOf } from '../../dist/kernels/products/choice/seen-products.js';
import { digits } from '../results/report.mjs';
import { summarise } from '../results/statistics.mjs';
import { lossesAt, timeSteps, workOf } from './ours.mjs';

/** Median and least of some milliseconds. */
export const brief = (times) => {
  const { median, min } = summarise(times);
  return { median, min };
};

/** The losses of the first steps, by how many were taken. */
async function lossesOf(program, at) {
  const losses = {};
  let taken = 0;
  for (const count of at) {
    while (taken < count) {
      program.run();
      taken++;
    }
    losses[count] = await program.result.item();
  }
  return losses;
}

/** Compile the step, look at the losses of the first ones, and time it. */
async function measured(on, work, sizes, at) {
  const start = performance.now();
  const program = await work.compile();
  const compile = performance.now() - start;
  const losses = await lossesOf(program, at);
  const { steps, wall, device } = await timeSteps(on, () => program.run(), sizes);
  return {
    compile,
    steps,
    wall: brief(wall),
    device: device && brief(device),
    launches: program.kernels.length,
    losses: { first: losses[at[0]], last: await program.result.item(), at: losses },
  };
}

/** Measure the products of a step, and take the fastest kernels for them from now on. */
async function tune(device, step) {
  const start = performance.now();
  const tuning = await tuneProducts(
    device,
    productsOf(device, () => void device.plan(step)),
  );
  useMeasurements(device, measurementsOf(tuning));
  return performance.now() - start;
}

const lineOf = ({ precision, batch, kernels, wall, device, imagesPerSecond, gflops, compile, losses }) =>
  [
    `${precision}, batch ${batch}${kernels === 'tuned' ? ', tuned' : ''}:`,
    `${digits(wall.median)} ms a step (least ${digits(wall.min)}),`,
    device ? `${digits(device.median)} by the device's clock,` : '',
    `${Math.round(imagesPerSecond)} images/s, ${digits(gflops)} GFLOP/s,`,
    `${(compile / 1000).toFixed(1)} s to compile, loss ${losses.first.toFixed(4)} to ${losses.last.toFixed(4)}`,
  ]
    .filter(Boolean)
    .join(' ');

/**
 * One precision at one batch.
 * @param {(result: object) => void} add takes each result as soon as it is there
 */
async function measureOne({ options, sizes, devices, cases, deadline, say }, precision, batch, add) {
  const on = await devices.get(precision);
  const one = cases.get(batch);
  const work = await workOf(on, one);
  const complete = (kernels, result, more = {}) => {
    const { median } = result.wall;
    const rates = { imagesPerSecond: (1000 * batch) / median, gflops: one.wanted.flops / median / 1e6 };
    const all = { precision, batch, kernels, ...result, ...rates, ...more };
    add(all);
    say(lineOf(all));
    return all;
  };
  try {
    const untuned = complete('untuned', await measured(on, work, sizes, lossesAt(sizes, batch)));
    if (!options.tuned || deadline.isOver(say, `${precision}, batch ${batch}, tuned`)) return;
    const tuning = await tune(on.device, work.step);
    const result = await measured(on, work, sizes, [1]);
    const { ratio } = complete('tuned', result, { tuning, ratio: result.wall.median / untuned.wall.median });
    say(`  tuned in ${(tuning / 1000).toFixed(0)} s: ${ratio.toFixed(3)} of the untuned step`);
    useMeasurements(on.device, {});
  } finally {
    work.release();
  }
}

/** @param {object[]} results to which each is added as soon as it is there; one that fails does not keep the others */
export async function measureSteps(context, results) {
  const { options, sizes, deadline, say } = context;
  for (const precision of options.precisions) {
    for (const batch of sizes.batches) {
      if (deadline.isOver(say, `${precision}, batch ${batch}`)) continue;
      try {
        await measureOne(context, precision, batch, (result) => results.push(result));
      } catch (error) {
        results.push({ precision, batch, failed: error.message });
        say(`${precision}, batch ${batch}: failed: ${error.message}`);
        process.exitCode = 1;
      }
    }
  }
}
