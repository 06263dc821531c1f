/** A trial is an ordinary run: what can be done to a run's directory can be done to a trial's. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { Preprocessing } from '../../data/index.js';
import { CLAIMS, type Claim } from '../../files/claims/claim.js';
import { namesIn } from '../../files/directory.js';
import type { Device } from '../../gpu/device.js';
import type { RunConfig } from '../../train/recipes/config.js';
import { trainThroughLosses } from '../../train/run/device-loss.js';
import type { RunOptions } from '../../train/run/run.js';
import { RunDirectory } from '../../train/run/run-directory.js';
import { DivergedError } from '../../train/run/run-error.js';
import { readPreprocessing } from '../../train/run/saved-preprocessing.js';
import type { Trial } from './definition.js';
import { writeDiverged } from './outcome.js';

export interface TrialOptions extends Pick<RunOptions, 'dataset' | 'reporter' | 'signal'> {
  /** Lends a device made with this config's `deviceSettings`. */
  readonly withDevice: <T>(config: RunConfig, work: (device: Device) => Promise<T>) => Promise<T>;
}

/**
 * Run a trial from where it stands to its end, or until the signal stops it.
 * @param trials all of the sweep
 * @throws RunError, FileError as a run does, except when it diverges, which is how a trial may end; ClaimLostError when
 * another process took the trial over
 */
export async function runTrial(
  sweep: string,
  trial: Trial,
  trials: readonly Trial[],
  claim: Claim,
  { withDevice, ...options }: TrialOptions,
): Promise<void> {
  const { config, name } = trial;
  const path = join(sweep, name);
  const resume = RunDirectory.find(path) !== undefined;
  if (!resume) clear(path);
  const preprocessing = fittedBefore(sweep, trial, trials);
  try {
    await trainThroughLosses(
      { ...options, config, path, resume, claim, ...(preprocessing && { preprocessing }) },
      (work) => withDevice(config, work),
    );
  } catch (error) {
    if (!(error instanceof DivergedError)) throw error;
    claim.confirm();
    writeDiverged(path, error);
  }
}

/** Remove what a crash left before there was a config. */
function clear(path: string): void {
  for (const name of namesIn(path)) {
    if (name !== CLAIMS) rmSync(join(path, name), { recursive: true, force: true });
  }
}

/** All trials hold out the same images, so what one has learned of the others serves all with the same preprocessing. */
function fittedBefore(sweep: string, { config }: Trial, trials: readonly Trial[]): Preprocessing | undefined {
  for (const other of trials) {
    if (!isDeepStrictEqual(other.config.preprocessing, config.preprocessing)) continue;
    const found = readPreprocessing(join(sweep, other.name));
    if (found) return found;
  }
  return undefined;
}
