/** How the set-up talks and runs other programs: a line for each thing done, details only on failure. */
import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The checkout, as an absolute path. */
export const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** A failure with a message for the user, who can do nothing with our stack trace. */
export class SetupError extends Error {}

/** @param {string} message printed on stderr: stdout belongs to the command that npm runs next. */
export function say(message) {
  process.stderr.write(`set-up: ${message}\n`);
}

/**
 * Runs a program in the checkout and hides what it prints, unless it fails.
 *
 * @param {string} doing what the program is for, as in "building dist/"
 * @param {string} command
 * @param {string[]} args
 * @param {NodeJS.ProcessEnv} [env] variables added to ours
 * @throws {SetupError} with the program's whole output, if it cannot start or does not end with status 0
 */
export function run(doing, command, args, env = {}) {
  const result = capture(command, args, { env });
  if (result.status === 0) return;
  const ending = result.error?.message ?? `exit status ${result.status ?? result.signal}`;
  const line = [command, ...args].join(' ');
  throw new SetupError(`${doing} failed: \`${line}\`: ${ending}\n${result.stdout}${result.stderr}`.trimEnd());
}

/**
 * Runs a program in the checkout and returns how it ended, whatever that was.
 *
 * @param {string} command
 * @param {string[]} args
 * @param {{ env?: NodeJS.ProcessEnv, timeout?: number }} [options] timeout in milliseconds
 */
export function capture(command, args, { env = {}, timeout } = {}) {
  return spawnSync(command, args, {
    cwd: ROOT,
    // Mesa complains, and some of its versions fail, where a session has no runtime directory.
    env: { XDG_RUNTIME_DIR: tmpdir(), ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
    timeout,
    // On Windows npm is a .cmd file, which only the shell can start.
    shell: process.platform === 'win32' && command === 'npm',
  });
}
