/** A trial is an ordinary run: what can be done to a run's directory can be done to a trial's. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { Preprocessing } from '../../data/index.js';
import type { Claim } from '../../files/claims/claim.js';
import type { RunConfig } from '../../train/recipes/config.js';
import type { RetrainingOptions } from '../../train/run/retraining.js';
import { type RunOptions, runTraining } from '../../train/run/run.js';
import { RunDirectory } from '../../train/run/run-directory.js';
import { DivergedError } from '../../train/run/run-error.js';
import { readPreprocessing } from '../../train/run/saved-preprocessing.js';
import { confirming } from '../confirming.js';
import type { Trial } from './definition.js';
import { writeDiverged } from './outcome.js';

export interface TrialOptions extends Pick<RunOptions, 'dataset' | 'reporter' | 'signal'> {
  /** Lends a device made with this config's `deviceSettings`. */
  readonly withDevice: (
    config: RunConfig,
    work: Parameters<RetrainingOptions['withDevice']>[0],
  ) => Promise<unknown>;
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
  { withDevice, reporter = {}, ...options }: TrialOptions,
): Promise<void> {
  const { config, name } = trial;
  const path = join(sweep, name);
  const resume = RunDirectory.find(path) !== undefined;
  // What a crash left before it had a config.
  if (!resume) rmSync(path, { recursive: true, force: true });
  const preprocessing = fittedBefore(sweep, trial, trials);
  try {
    await withDevice(config, (device) =>
      runTraining({
        ...options,
        config,
        device,
        path,
        resume,
        reporter: confirming(claim, reporter),
        ...(preprocessing && { preprocessing }),
      }),
    );
  } catch (error) {
    if (!(error instanceof DivergedError)) throw error;
    claim.confirm();
    writeDiverged(path, error);
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
