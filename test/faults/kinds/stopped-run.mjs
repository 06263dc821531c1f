/** Runs that were stopped in the middle, to be copied and disturbed. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { start } from '../command.mjs';
import { commandFor } from '../systems.mjs';

/** @typedef {import('../systems.mjs').System} System */

/** @type {Map<System, Promise<string>>} */
const stopped = new Map();

/** The directory of a run of a system that was stopped after two of its three epochs, to be copied. */
export function stoppedRun(/** @type {System} */ system) {
  let run = stopped.get(system);
  if (!run) {
    run = stop(system);
    stopped.set(system, run);
  }
  return run;
}

async function stop(/** @type {System} */ system) {
  const path = join(mkdtempSync(join(tmpdir(), 'dawngrad-stopped-')), 'run');
  const call = start(commandFor(system, path));
  await call.printed('epoch 2/3');
  call.child.kill('SIGTERM');
  await call.ended;
  return path;
}
