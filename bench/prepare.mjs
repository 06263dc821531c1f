/** Make one case ready to be timed: its inputs, the check of its results, and its work recorded. */
import { samplerOf } from '../dist/inspect/timing/sampler.js';
import { tidy } from '../dist/tensor/tidy.js';
import { findError, halvedBounds } from './check.mjs';
import { costOf, launchesOf } from './cost.mjs';
import { makeInputs } from './inputs.mjs';

/**
 * @typedef {object} Case
 * @property {string} name begins with its group, a dot and what of it, then its shapes
 * @property {string} [work] what it computes, where others compute the same in other ways: these are compared with one another
 * @property {Record<string, import('./inputs.mjs').Input>} inputs
 * @property {(inputs: Record<string, Tensor>) => Record<string, Tensor>} [prepare] further inputs, computed once from the others
 * @property {string[]} [operands] inputs that a device of medium precision may round to that, since matrix products take them
 * @property {(inputs: Record<string, Tensor>) => Record<string, Tensor>} launch what is timed; gives its results by name
 * @property {(inputs: Record<string, Values>) => Record<string, (position: number) => number>} expected results to check, by
 *   name: the value that each must have at a position
 *
 * @typedef {object} Prepared
 * @property {readonly Launch[]} launches what it launched
 * @property {string} [error] what was wrong with its results; it cannot be timed then
 * @property {number} first milliseconds of the first launch
 * @property {boolean} compiled did that compile any pipeline?
 * @property {number} repeats launches in each sample
 * @property {() => Promise<number>} sample milliseconds of one launch of the case
 * @property {() => void} dispose
 */

/**
 * @typedef {import('../dist/tensor/tensor.js').Tensor} Tensor
 * @typedef {import('./inputs.mjs').Values} Values
 * @typedef {import('../dist/gpu/program/launch.js').Launch} Launch
 */

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
  const first = performance.now() - start;
  const halved = device.precision === 'medium' && operands.length > 0;
  const allowances = halved ? halvedBounds(expected, host, operands) : {};
  const error = await errorOf(results, expected(host), allowances);
  disposeAll(Object.values(results).filter((result) => !Object.values(tensors).includes(result)));
  return { launches, first, error };
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

/**
 * @param {import('../dist/gpu/device.js').Device} device
 * @param {import('../dist/gpu/stopwatch.js').Stopwatch} clock
 * @param {Case} wanted
 * @param {number} length milliseconds of a sample, at the least
 * @returns {Promise<Prepared>}
 */
export async function prepare(device, clock, wanted, length) {
  const inputs = await inputsOf(device, wanted);
  const dispose = () => disposeAll(Object.values(inputs.tensors));
  try {
    const { launches, first, error } = await launchAndCheck(device, wanted, inputs);
    const about = { launches, cost: costOf(launches), first, compiled: compilesAny(device, launches) };
    if (error) {
      dispose();
      return { ...about, error, dispose() {} };
    }
    const sampler = await samplerOf(device, clock, () => void wanted.launch(inputs.tensors), length);
    return {
      ...about,
      repeats: sampler.repeats,
      sample: sampler.sample,
      dispose() {
        sampler.dispose();
        dispose();
      },
    };
  } catch (error) {
    dispose();
    throw error;
  }
}
