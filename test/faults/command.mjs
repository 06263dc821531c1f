/** The command line tool, started as a user starts it, and what it said. */
import { spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const MAIN = join(ROOT, 'dist', 'cli', 'main.js');

/** Lines about drivers that Dawn itself prints to stderr. */
const DAWNS_OWN = /^(Warning: max.*|)\n/gm;

/**
 * @typedef {object} Ending
 * @property {number | null} status
 * @property {NodeJS.Signals | null} signal that ended it
 * @property {string} stderr
 */

/**
 * Start `dawngrad`.
 *
 * @param {string[]} args
 * @param {string} [fault] the text of a module that Node loads before it, see `faults.mjs`
 */
export function start(args, fault) {
  const load = fault === undefined ? [] : ['--import', `data:text/javascript,${encodeURIComponent(fault)}`];
  const child = spawn(process.execPath, [...load, MAIN, ...args], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, DAWNGRAD_TUNING: 'off' },
  });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text) => {
    stderr += text;
  });
  /** @type {Promise<Ending>} */
  const ended = new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (status, signal) => resolve({ status, signal, stderr: stderr.replace(DAWNS_OWN, '') }));
  });
  /** Resolves once stderr contains this, or the process has ended. */
  const printed = (/** @type {string} */ text) =>
    new Promise((resolve) => {
      const look = () => stderr.includes(text) && resolve(undefined);
      child.stderr.on('data', look);
      child.on('close', resolve);
      look();
    });
  return { child, ended, printed };
}

/**
 * Run it to its end.
 *
 * @param {Parameters<typeof start>} args
 */
export const dawngrad = (...args) => start(...args).ended;

/**
 * Is this how a command refuses: status 1, and one last line that says why?
 *
 * @param {Ending} ending
 */
export function isRefusal({ status, stderr }) {
  const said = stderr.split('\n').filter((line) => line.startsWith('dawngrad: '));
  const stack = /^\s+at .+:\d+:\d+\)?$/m.test(stderr) || stderr.includes('(unexpected;');
  return status === 1 && said.length === 1 && stderr.trimEnd().endsWith(said[0]) && !stack;
}
