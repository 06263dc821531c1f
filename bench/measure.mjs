/** Check one case, then time it. */
import { Bench } from 'tinybench';
import { tidy } from '../dist/tensor/tidy.js';
import { findError, halvedBounds } from './check.mjs';
import { costOf, launchesOf } from './cost.mjs';
import { makeInputs } from './inputs.mjs';
import { summarise } from './statistics.mjs';

/** A sample takes at least this long, if need be by launching the case many times: clocks have steps, and submits a price. */
const SAMPLE_MS = 10;

/** More launches than this in one submit make it long to record, and nothing more precise. */
const MOST_REPEATS = 1000;

const LEAST_SAMPLES = 3;

/**
 * @typedef {object} Case
 * @property {string} name begins with its group, a dot and what of it, then its shapes
 * @property {Record<string, import('./inputs.mjs').Input>} inputs
 * @property {(inputs: Record<string, Tensor>) => Record<string, Tensor>} [prepare] further inputs, computed once from the others
 * @property {string[]} [operands] inputs that a device of medium precision may round to that, since matrix products take them
 * @property {(inputs: Record<string, Tensor>) => Record<string, Tensor>} launch what is timed; gives its results by name
 * @property {(inputs: Record<string, Values>) => Record<string, (position: number) => number>} expected results to check, by
 *   name: the value that each must have at a position
 *
 * @typedef {object} Measurement
 * @property {string} name
 * @property {string[]} kernels what it launched
 * @property {string} [error] what was wrong with its results; nothing is timed then
 * @property {{ flops: number, bytes: number }} cost
 * @property {number | null} compile milliseconds that the first launch took more than others; null where its pipelines were there
 * @property {number} samples
 * @property {number} repeats launches in each sample
 * @property {ReturnType<typeof summarise>} times milliseconds of one launch of the case
 */

/** @typedef {import('../dist/tensor/tensor.js').Tensor} Tensor @typedef {import('./inputs.mjs').Values} Values */

/** The pipelines that devices have compiled. */
const compiled = new WeakMap();

/** Note the pipelines of these launches; is any of them new? */
function compilesAny(device, launches) {
  if (!compiled.has(device)) compiled.set(device, new Set());
  const known = compiled.get(device);
  const before = known.size;
  for (const { shader, entryPoint, constants } of launches) {
    known.add(`${shader}:${entryPoint}:${JSON.stringify(constants)}`);
  }
  return known.size > before;
}

/** The inputs of a case, those that it prepares among them. */
async function inputsOf(device, { inputs, prepare }) {
  const { host, tensors } = makeInputs(device, inputs);
  for (const [name, tensor] of Object.entries(prepare?.(tensors) ?? {})) {
    tensors[name] = tensor;
    host[name] = await tensor.toArray();
  }
  return { host, tensors };
}

/** What is wrong with these results, if anything is. */
async function errorOf(results, expected, allowances) {
  for (const [name, valueAt] of Object.entries(expected)) {
    const error = findError(name, await results[name].toArray(), valueAt, allowances[name]);
    if (error) return error;
  }
  return undefined;
}

/** Run a case once, and compare its results with what they must be. */
async function launchAndCheck(device, { launch, expected, operands = [] }, { host, tensors }) {
  const launches = launchesOf(device, () => launch(tensors));
  await device.synchronize();
  const start = performance.now();
  const results = tidy(device, () => launch(tensors));
  await device.synchronize();
  const took = performance.now() - start;
  const halved = device.precision === 'medium' && operands.length > 0;
  const allowances = halved ? halvedBounds(expected, host, operands) : {};
  const error = await errorOf(results, expected(host), allowances);
  disposeAll(Object.values(results).filter((result) => !Object.values(tensors).includes(result)));
  return { launches, took, error };
}

const disposeAll = (tensors) => {
  for (const tensor of tensors) tensor.dispose();
};

/**
 * Only the check.
 * @param {import('../dist/gpu/device.js').Device} device
 * @param {Case} wanted
 * @returns {Promise<string | undefined>} what is wrong with its results
 */
export async function check(device, wanted) {
  const inputs = await inputsOf(device, wanted);
  const { error } = await launchAndCheck(device, wanted, inputs);
  disposeAll(Object.values(inputs.tensors));
  return error;
}

/** Milliseconds of one launch, sampled for `budget` milliseconds and at least a few times. */
async function timesOf(device, clock, launch, budget) {
  const programOf = (repeats) =>
    device.record(() => {
      for (let count = 0; count < repeats; count++) tidy(device, () => void launch());
    });
  const once = programOf(1);
  await clock.time(() => once.run()); // to warm up
  // The least of a few: after one that was held up, the samples would be too short for the clock.
  let single = Number.POSITIVE_INFINITY;
  for (let count = 0; count < LEAST_SAMPLES; count++) {
    single = Math.min(single, await clock.time(() => once.run()));
  }
  once.dispose();

  const repeats = Math.min(MOST_REPEATS, Math.max(1, Math.ceil(SAMPLE_MS / single)));
  const program = programOf(repeats);
  const bench = new Bench({
    time: budget,
    iterations: LEAST_SAMPLES,
    warmup: false,
    retainSamples: true,
    throws: true,
  });
  bench.add('case', async () => {
    const took = await clock.time(() => program.run());
    return { overriddenDuration: took / repeats, overriddenIterationCost: took };
  });
  await bench.run();
  program.dispose();
  return { repeats, samples: bench.tasks[0].result.latency.samples };
}

/**
 * @param {import('../dist/gpu/device.js').Device} device
 * @param {import('../dist/gpu/stopwatch.js').Stopwatch} clock
 * @param {Case} wanted
 * @param {number} budget milliseconds to spend on timing
 * @returns {Promise<Measurement>}
 */
export async function measure(device, clock, wanted, budget) {
  const inputs = await inputsOf(device, wanted);
  try {
    const { launches, took, error } = await launchAndCheck(device, wanted, inputs);
    const compiles = compilesAny(device, launches);
    const { name } = wanted;
    const measurement = { name, kernels: launches.map(({ label }) => label), cost: costOf(launches) };
    if (error) return { ...measurement, error };
    const { repeats, samples } = await timesOf(device, clock, () => wanted.launch(inputs.tensors), budget);
    const times = summarise(samples);
    const compile = compiles ? Math.max(0, took - times.median) : null;
    return { ...measurement, repeats, samples: samples.length, times, compile };
  } finally {
    disposeAll(Object.values(inputs.tensors));
    device.trim();
  }
}
