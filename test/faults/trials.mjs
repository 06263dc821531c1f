/** All kinds of faults, and how their trials are run. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { damagedCheckpoint } from './kinds/damage.mjs';
import { deviceLost, everyDeviceLost } from './kinds/devices.mjs';
import { deletedDirectory, fullDisk, readOnly } from './kinds/disk.mjs';
import { killedAtRandom, killedAtWrites } from './kinds/kill.mjs';
import { outOfMemory } from './kinds/memory.mjs';
import { bothAtOnce, secondResume } from './kinds/processes.mjs';
import { endedBy } from './kinds/signals.mjs';
import { Wrong } from './systems.mjs';

/**
 * @typedef {object} Circumstances
 * @property {string} directory an empty one
 * @property {() => number} random from 0 to 1, by the seed
 */

/**
 * @typedef {object} Trial
 * @property {string} name
 * @property {(circumstances: Circumstances) => Promise<void>} run throws `Wrong` where the run neither came to the bits of the
 *   undisturbed one nor was refused in a line
 */

/**
 * The kinds, in the order of the table. One that is not `ready` waits for what it tests, and is run only when it is asked for.
 *
 * @type {Record<string, { trials: () => Trial[], ready?: false }>}
 */
export const KINDS = {
  'SIGKILL at a random moment': { trials: killedAtRandom },
  'SIGKILL at a change of a file': { trials: killedAtWrites },
  SIGTERM: { trials: () => endedBy('SIGTERM') },
  SIGINT: { trials: () => endedBy('SIGINT') },
  SIGHUP: { trials: () => endedBy('SIGHUP') },
  'full disk': { trials: fullDisk },
  'read-only directory': { trials: readOnly },
  'deleted directory': { trials: deletedDirectory },
  'damaged checkpoint': { trials: damagedCheckpoint },
  'two processes, one after the other': { trials: secondResume },
  'two processes at once': { trials: bothAtOnce },
  'device lost': { trials: deviceLost },
  'every device lost': { trials: everyDeviceLost },
  'out of memory': { trials: outOfMemory },
};

/**
 * Run the trials of a kind, two at a time: a run of this size keeps one core busy.
 *
 * @param {Trial[]} trials
 * @param {string} seed
 * @returns {Promise<{ trial: Trial, wrong: Wrong | undefined }[]>}
 */
export async function runTrials(trials, seed) {
  const left = trials.entries();
  /** @type {{ trial: Trial, wrong: Wrong | undefined }[]} */
  const outcomes = [];
  const worker = async () => {
    for (const [index, trial] of left) outcomes[index] = { trial, wrong: await runTrial(trial, seed) };
  };
  await Promise.all([worker(), worker()]);
  return outcomes;
}

/** @returns {Promise<Wrong | undefined>} what is wrong; the directory is kept then */
async function runTrial(/** @type {Trial} */ trial, /** @type {string} */ seed) {
  const directory = mkdtempSync(join(tmpdir(), 'dawngrad-fault-'));
  try {
    await trial.run({ directory, random: randomFrom(`${seed} ${trial.name}`) });
    rmSync(directory, { recursive: true });
    return undefined;
  } catch (error) {
    const { message, bits = 0 } = /** @type {Wrong} */ (error);
    return new Wrong(`${message.trim()}\n(kept in ${directory})`, bits);
  }
}

/** Numbers from 0 to 1 that follow from a text (mulberry32). */
function randomFrom(/** @type {string} */ text) {
  let state = [...text].reduce((hash, letter) => Math.imul(hash, 31) + letter.charCodeAt(0), 17);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
