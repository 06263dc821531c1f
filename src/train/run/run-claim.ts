/** One process at a time trains a run: the one with the claim on its directory. Who only reads a run needs none. */

import { rmdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { atExit } from '../../files/at-exit.js';
import { CLAIMS, type Claim, Claims } from '../../files/claims/claim.js';
import { describeOwner, isNear, type Owner } from '../../files/claims/owner.js';
import { makeDirectory } from '../../files/directory.js';
import { remove } from '../../files/remove.js';
import { removeLeftovers } from '../../files/write-file.js';
import type { Reporter } from './reporter.js';
import { RunDirectory, refuseUsed } from './run-directory.js';
import { RunError } from './run-error.js';

const TASK = 'run';

/** Claim the run in a directory, which is made where it is missing; undefined where another process trains it. */
export const takeRun = (path: string): Claim | undefined => new Claims(path).take(TASK, path);

/** Who trains the run in a directory; undefined when nobody does. */
export const ownerOfRun = (path: string): Owner | undefined => new Claims(path).owner(TASK);

export interface ClaimOptions {
  /** The run's directory: new or empty, unless `resume`. */
  readonly path: string;
  readonly resume?: boolean;
  /** The claim on it, where the caller has that already. */
  readonly claim?: Claim;
}

/**
 * Work on a run while no other process does. Of a run that did not come to have a config nothing is left behind.
 * @throws RunError naming who trains it, when another process does, or where the directory cannot be used
 */
export async function withRunClaim<T>(
  { path, resume = false, claim: held }: ClaimOptions,
  work: (claim: Claim) => Promise<T>,
): Promise<T> {
  if (held) return work(held);
  if (resume) RunDirectory.open(path);
  else refuseUsed(path);
  const made = makeDirectory(path, 'the run directory');
  let claim: Claim | undefined;
  let isOthers = false;
  // A net of the user's own may end the process.
  const leave = atExit(() => {
    if (!isOthers && !RunDirectory.find(path)) removeUnbegun(path, made);
    claim?.release();
  });
  try {
    claim = takeRun(path);
    isOthers = claim === undefined;
    if (!claim) return refuse(path);
    removeLeftovers(path);
    return await work(claim);
  } finally {
    leave();
  }
}

/**
 * Remove what was made for a run that has no config: its claims, and the directories as far as nobody has put anything there.
 * @param made the topmost directory that was made for it
 */
function removeUnbegun(path: string, made: string | undefined): void {
  try {
    remove(join(path, CLAIMS));
    if (made === undefined) return;
    for (let directory = resolve(path); directory.length >= made.length; directory = dirname(directory)) {
      rmdirSync(directory);
    }
  } catch {
    // It is not empty, or gone already.
  }
}

function refuse(path: string): never {
  const owner = ownerOfRun(path);
  const who = owner ? describeOwner(owner) : 'another process';
  // Whether a process elsewhere has ended, nobody here can tell.
  const far = owner && (owner === 'unknown' || !isNear(owner));
  const unless = far
    ? '; if it has crashed, its claim holds for ten minutes after its last sign of life'
    : '';
  throw new RunError(`${path} is being trained by ${who}: wait until that has ended${unless}`);
}

/** A run writes to its directory only after it has reported something, and the claim must hold then. */
export function confirming(claim: Claim, reporter: Reporter): Reporter {
  const confirmed =
    <A extends unknown[]>(report: ((...args: A) => void) | undefined) =>
    (...args: A): void => {
      claim.confirm();
      report?.(...args);
    };
  return {
    preparing: confirmed(reporter.preparing?.bind(reporter)),
    started: confirmed(reporter.started?.bind(reporter)),
    stepped: confirmed(reporter.stepped?.bind(reporter)),
    evaluating: confirmed(reporter.evaluating?.bind(reporter)),
    finishedEpoch: confirmed(reporter.finishedEpoch?.bind(reporter)),
    warned: confirmed(reporter.warned?.bind(reporter)),
  };
}
