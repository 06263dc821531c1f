/** The WebGPU adapter: looked for, and where there is none, Mesa's software driver installed or advised. */
import { lstatSync, readFileSync } from 'node:fs';
import { homedir, release } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { advice, driverOverride } from './advice.mjs';
import { aptSteps, installWithApt } from './apt.mjs';
import { filesBelow, fingerprint, isRecorded, record } from './fingerprint.mjs';
import { capture, ROOT, SetupError, say } from './run.mjs';
import { thisSystem } from './system.mjs';

const PROBE = fileURLToPath(new URL('./probe.mjs', import.meta.url));
/** A first start compiles nothing yet: a driver that takes this long hangs. */
const PROBE_TIMEOUT_MS = 60_000;
/** Where the Vulkan loader looks for drivers on Linux. */
const DRIVER_DIRECTORIES = [
  '/etc/vulkan/icd.d',
  '/etc/xdg/vulkan/icd.d',
  '/usr/share/vulkan/icd.d',
  '/usr/local/share/vulkan/icd.d',
  join(homedir(), '.local/share/vulkan/icd.d'),
];

/** @returns {boolean} whether an adapter was found, and nothing has changed since that could matter to it */
export function isAdapterReady() {
  return isRecorded('adapter', driverFingerprint());
}

/** @throws {SetupError} with what the user can do, if there is no adapter in the end */
export function ensureAdapter() {
  if (isAdapterReady()) return;
  const answer = findOrInstall();
  if (answer.adapter === undefined) {
    throw new SetupError(`no usable WebGPU adapter: ${answer.reason}\n${advice(thisSystem())}`);
  }
  say(`WebGPU adapter: ${answer.adapter}`);
  record('adapter', driverFingerprint());
}

/** @returns {{ adapter?: string, reason?: string }} */
function findOrInstall() {
  const answer = probe();
  const system = thisSystem();
  const steps = aptSteps(system);
  // Where a variable names the drivers to use, another one would not be looked at.
  if (answer.adapter !== undefined || !steps || !system.isRoot || driverOverride(process.env)) return answer;
  installWithApt(steps);
  return probe();
}

/** @returns {{ adapter?: string, reason?: string }} */
function probe() {
  const { status, signal, stdout, stderr, error } = capture(process.execPath, [PROBE], {
    timeout: PROBE_TIMEOUT_MS,
  });
  const line = /^\{.*\}$/m.exec(stdout)?.[0];
  if (line) {
    const { adapter, reason } = JSON.parse(line);
    // Dawn names the driver's fault in a warning, such as a feature that an old driver lacks.
    const warning = /^Warning: (.*)/m.exec(stderr)?.[1];
    return adapter ? { adapter } : { reason: warning ? `${reason} (${warning})` : reason };
  }
  return {
    reason:
      `the probe ended early (${error?.message ?? signal ?? `exit status ${status}`})\n${stderr}`.trim(),
  };
}

/** Changes with whatever may change the probe's answer: packages, Node, kernel, drivers, variables. */
function driverFingerprint() {
  const variables = Object.entries(process.env).filter(([name]) => /^(VK_|LD_LIBRARY_PATH$)/.test(name));
  const drivers = DRIVER_DIRECTORIES.flatMap((directory) => {
    try {
      return filesBelow(directory);
    } catch {
      return []; // no such directory
    }
  });
  return fingerprint([
    process.version,
    release(),
    readFileSync(join(ROOT, 'node_modules', '.package-lock.json'), 'utf8'),
    ...variables.sort().flat().map(String),
    ...drivers.flatMap((path) => [path, String(lstatSync(path).mtimeMs)]),
  ]);
}
