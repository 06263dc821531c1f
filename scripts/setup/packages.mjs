/** The npm packages: installed when node_modules is missing or is not what package-lock.json says. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT, run, say } from './run.mjs';

const LOCK = join(ROOT, 'package-lock.json');
/** What npm writes at the end of an installation, in the lock file's own format. */
const INSTALLED = join(ROOT, 'node_modules', '.package-lock.json');

/**
 * @typedef {object} Entry what a lock file says of one package
 * @property {string} [version]
 * @property {boolean} [optional]
 * @property {boolean} [devOptional] needed by development packages only, and optional there
 * @property {string[]} [os]
 * @property {string[]} [cpu]
 */

/** @returns {boolean} whether all packages are installed */
export function arePackagesReady() {
  if (!existsSync(INSTALLED)) return false;
  return !existsSync(LOCK) || isCurrent(readEntries(LOCK), readEntries(INSTALLED));
}

export function ensurePackages() {
  if (arePackagesReady()) return;
  const command = existsSync(LOCK) ? 'ci' : 'install';
  say(`installing the packages (npm ${command})`);
  // The tests need the development packages even where NODE_ENV=production says to leave them out.
  npm(command, '--include=dev', '--no-audit', '--no-fund');
  if (process.platform === 'darwin') allowDawnOnMacos();
}

/**
 * @param {Record<string, Entry>} locked package-lock.json's entries, by path in node_modules
 * @param {Record<string, Entry>} installed the entries that are in node_modules
 * @returns {boolean} whether every package is there with its version, and none was made for another machine
 */
export function isCurrent(locked, installed, { platform = process.platform, arch = process.arch } = {}) {
  // npm leaves optional packages out as it sees fit, so their absence says nothing.
  const isComplete = Object.entries(locked).every(
    ([path, entry]) => path === '' || entry.optional || entry.devOptional || path in installed,
  );
  // What package-lock.json does not know was added by hand; what names another system was copied from there.
  const isRight = Object.entries(installed).every(
    ([path, entry]) =>
      !(path in locked) ||
      (entry.version === locked[path].version && allows(entry.os, platform) && allows(entry.cpu, arch)),
  );
  return isComplete && isRight;
}

/**
 * @param {string[] | undefined} list as in package.json: `['linux']`, or `['!win32']` for all the others
 * @param {string} value
 */
function allows(list, value) {
  return !list || list.includes(value) || list.some((item) => item.startsWith('!') && item !== `!${value}`);
}

/**
 * @param {string} path
 * @returns {Record<string, Entry>}
 */
function readEntries(path) {
  return JSON.parse(readFileSync(path, 'utf8')).packages;
}

/** @param {string[]} args */
function npm(...args) {
  // Under an npm script, that same npm; its path works on every system, without a shell.
  const cli = process.env.npm_execpath;
  if (cli?.endsWith('npm-cli.js')) run('installing the packages', process.execPath, [cli, ...args]);
  else run('installing the packages', 'npm', args);
}

/** The package's own script lifts the quarantine of Dawn's binary; npm 11 no longer runs such scripts. */
function allowDawnOnMacos() {
  const script = "process.chdir('node_modules/webgpu'); import('webgpu/build/postinstall.js')";
  run("lifting macOS's quarantine of Dawn", process.execPath, ['--input-type=module', '-e', script]);
}
