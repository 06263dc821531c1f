/** Mesa's software Vulkan driver on Debian, Ubuntu and their derivatives: what to do, and doing it. */
import { rmSync, writeFileSync } from 'node:fs';
import { backportsSource, hasSuite, readSources } from './apt-sources.mjs';
import { run, say } from './run.mjs';

/** The oldest releases that have, or have in backports, a Mesa that Dawn accepts. */
const OLDEST = { debian: 12, ubuntu: 22.04 };
const PACKAGES = ['mesa-vulkan-drivers', 'libvulkan1'];
const BACKPORTS_FILE = '/etc/apt/sources.list.d/dawngrad-backports.sources';

/** @typedef {import('./system.mjs').System} System */
/** @typedef {{ source?: { path: string, text: string }, commands: string[][] }} AptSteps */

/**
 * @param {System} system
 * @param {import('./apt-sources.mjs').Source[]} [sources] what apt is configured with
 * @returns {AptSteps | undefined} a source file to write, if one is missing, and the commands to run after
 *   that; undefined where apt has no usable Mesa
 */
export function aptSteps(system, sources = readSources()) {
  const oldest = OLDEST[/** @type {keyof typeof OLDEST} */ (system.family)];
  if (oldest === undefined || system.version < oldest) return undefined;
  // Debian 12 has Mesa 22.3, in which Dawn finds no adapter; its backports have Mesa 25.
  const backports =
    system.family === 'debian' && system.version === 12 ? `${system.codename}-backports` : undefined;
  const target = backports ? ['-t', backports] : [];
  const commands = [
    ['apt-get', 'update'],
    ['apt-get', 'install', '-y', '--no-install-recommends', ...target, ...PACKAGES],
  ];
  if (!backports || hasSuite(sources, backports)) return { commands };
  return { source: { path: BACKPORTS_FILE, text: backportsSource(sources, system.codename) }, commands };
}

/**
 * Runs the steps, as root.
 *
 * @param {AptSteps} steps
 * @throws {import('./run.mjs').SetupError} with apt's output, if it fails; the source file is then gone again
 */
export function installWithApt({ source, commands }) {
  say(`no WebGPU adapter: installing Mesa's software Vulkan driver (${commands.at(-1)?.join(' ')})`);
  try {
    if (source) {
      say(`adding the package source ${source.path}`);
      writeFileSync(source.path, source.text);
    }
    for (const [command, ...args] of commands) {
      // Another apt may be at work, for one the daily update.
      run("installing Mesa's Vulkan driver", command, ['-o', 'DPkg::Lock::Timeout=300', ...args], {
        DEBIAN_FRONTEND: 'noninteractive',
      });
    }
  } catch (error) {
    if (source) rmSync(source.path, { force: true });
    throw error;
  }
}
