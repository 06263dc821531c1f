/** What is trained in the trials: tiny runs, each with something else that could go wrong; and what they come to undisturbed. */
import { existsSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { dawngrad } from './command.mjs';

const TINY = 'nin-glyphs --limit 84 --width 0.2 --batch 8 --epochs 3 --seed 5';

/** The flags of each system. */
export const SYSTEMS = {
  plain: `${TINY} --dropout 0 --no-augment --optimizer sgd`,
  'batch norm': `${TINY} --batch-norm --dropout 0 --no-augment`,
  dropout: `${TINY} --dropout 0.5 --no-augment`,
  augmentation: `${TINY} --dropout 0 --augment`,
  retraining: `${TINY} --dropout 0.3 --augment --validation 20 --retrain`,
};

/** @typedef {keyof typeof SYSTEMS} System */

export const systemNames = /** @type {System[]} */ (Object.keys(SYSTEMS));

/**
 * Begin a run, or go on with what is left of it.
 *
 * @param {System} system
 * @param {string} path
 */
export const commandFor = (system, path) =>
  existsSync(join(path, 'config.json'))
    ? ['train', '--resume', path]
    : ['train', ...SYSTEMS[system].split(' '), '--out', path];

/** Wrong is what must not happen: a run that does not go on, or comes to something else. */
export class Wrong extends Error {
  /** @param {number} [bits] of the weights that differ */
  constructor(/** @type {string} */ message, bits = 0) {
    super(message);
    this.bits = bits;
  }
}

/** @type {Map<System, Promise<{ path: string, seconds: number }>>} */
const undisturbed = new Map();

/** A run of a system that nothing happens to, and how long it takes. */
export function undisturbedRun(/** @type {System} */ system) {
  let run = undisturbed.get(system);
  if (!run) {
    run = train(system);
    undisturbed.set(system, run);
  }
  return run;
}

async function train(/** @type {System} */ system) {
  const path = join(mkdtempSync(join(tmpdir(), 'dawngrad-undisturbed-')), 'run');
  const begin = performance.now();
  const { status, stderr } = await dawngrad(commandFor(system, path));
  if (status !== 0) throw new Error(`the undisturbed run, ${system}, failed:\n${stderr}`);
  return { path, seconds: (performance.now() - begin) / 1000 };
}

/**
 * Let a run go on to its end, and see that it comes to the bits of the undisturbed one.
 *
 * @param {System} system
 * @param {string} path
 */
export async function finish(system, path) {
  const { status, stderr } = await dawngrad(commandFor(system, path));
  if (status !== 0) throw new Wrong(`it did not go on: ${stderr}`);
  await compare(system, path);
}

/**
 * @param {System} system
 * @param {string} path of a run that has ended
 * @throws {Wrong} where it is not, bit for bit, what the undisturbed run is
 */
export async function compare(system, path) {
  const { path: straight } = await undisturbedRun(system);
  for (const run of system === 'retraining' ? ['.', 'retrained'] : ['.']) {
    for (const file of ['last.safetensors', 'best.safetensors']) {
      const [wanted, found] = [straight, path].map((one) => readFileSync(join(one, run, file)));
      const bits = differingBits(wanted, found);
      if (bits > 0) throw new Wrong(`${join(run, file)} differs in ${bits} bits`, bits);
    }
    const [wanted, found] = [straight, path].map((one) => metricsOf(join(one, run)));
    if (wanted !== found) throw new Wrong(`the metrics in ${run} differ`);
    const results = [straight, path].map((one) => readFileSync(join(one, run, 'result.json'), 'utf8'));
    if (results[0] !== results[1]) throw new Wrong(`the results in ${run} differ`);
  }
}

/** @param {Buffer} a @param {Buffer} b */
function differingBits(a, b) {
  let bits = 8 * Math.abs(a.length - b.length);
  for (let index = 0; index < Math.min(a.length, b.length); index++) {
    for (let byte = a[index] ^ b[index]; byte > 0; byte &= byte - 1) bits += 1;
  }
  return bits;
}

/** Metrics without what differs from one time to the next. */
const metricsOf = (/** @type {string} */ run) =>
  readFileSync(join(run, 'metrics.jsonl'), 'utf8').replace(/"(imagesPerSecond|seconds)":[^,}]*/g, '');
