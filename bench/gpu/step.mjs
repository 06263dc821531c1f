/** The training step in each precision, at each batch; with `--tuned`, again with the kernels that the tuner finds. */

import { measurementsOf, tuneProducts } from '../../dist/inspect/tuning/tuner.js';
import { useMeasurements } from '../../dist/kernels/products/choice/choose-variant.js';
import { productsOf } from '../../dist/kernels/products/choice/seen-products.js';
import { digits } from '../report.mjs';
import { summarise } from '../statistics.mjs';
import { timeSteps, workOf } from './ours.mjs';

/** Median and least of some milliseconds. */
export const brief = (times) => {
  const { median, min } = summarise(times);
  return { median, min };
};

/** Compile the step, take it once, and time it. */
async function measured(on, work, sizes) {
  const start = performance.now();
  const program = await work.compile();
  const compile = performance.now() - start;
  program.run();
  const first = await program.result.item();
  const { steps, wall, device } = await timeSteps(on, () => program.run(), sizes);
  return {
    compile,
    steps,
    wall: brief(wall),
    device: device && brief(device),
    launches: program.kernels.length,
    losses: { first, last: await program.result.item() },
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

/** @returns what the JSON has of it: a list, of which each item is added to `results` as soon as it is there */
export async function measureSteps({ options, sizes, devices, cases, deadline, say }, results) {
  for (const precision of options.precisions) {
    for (const batch of sizes.batches) {
      if (deadline.isOver(say, `${precision}, batch ${batch}`)) continue;
      const on = await devices.get(precision);
      const one = cases.get(batch);
      const work = await workOf(on, one);
      const add = (kernels, result, more = {}) => {
        const { median } = result.wall;
        const rates = { imagesPerSecond: (1000 * batch) / median, gflops: one.wanted.flops / median / 1e6 };
        results.push({ precision, batch, kernels, ...result, ...rates, ...more });
        say(lineOf(results.at(-1)));
      };
      add('untuned', await measured(on, work, sizes));
      if (options.tuned && !deadline.isOver(say, `${precision}, batch ${batch}, tuned`)) {
        const untuned = results.at(-1);
        const tuning = await tune(on.device, work.step);
        const tuned = await measured(on, work, sizes);
        add('tuned', tuned, { tuning, ratio: tuned.wall.median / untuned.wall.median });
        say(
          `  tuned in ${(tuning / 1000).toFixed(0)} s: ${results.at(-1).ratio.toFixed(3)} of the untuned step`,
        );
        useMeasurements(on.device, {});
      }
      work.release();
    }
  }
}
