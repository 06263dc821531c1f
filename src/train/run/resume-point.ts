/** Where a run goes on: the last of its checkpoints that can be read, if that is one of the same config. */
import { existsSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import type { Checkpoint } from '../checkpoints/checkpoint.js';
import { readCheckpoint, readNewest } from '../checkpoints/checkpoint.js';
import { isNetFile } from '../nets/net-file.js';
import type { RunConfig } from '../recipes/config.js';
import { readMetrics } from './metrics.js';
import type { RunDirectory } from './run-directory.js';
import { RunError } from './run-error.js';

/** What may change when a run goes on: how long it trains, where its data lie now, and how often it is saved. */
export const RESUMABLE: readonly string[] = [
  'epochs',
  'data',
  'checkpointEvery',
] satisfies (keyof RunConfig)[];

/**
 * The checkpoint from which a run goes on.
 * @param warn is told when it is not the last one, or the net of the best epoch is lost
 * @returns undefined when the run has saved none yet, and begins anew
 * @throws RunError when there is none that can be read though there was one, or the config was changed since; FileError when the
 * disk refuses
 */
export function resumePoint(
  directory: RunDirectory,
  config: RunConfig,
  warn: (text: string) => void,
): Checkpoint | undefined {
  const checkpoint = newestOf(directory, warn);
  if (!checkpoint) return undefined;
  refuseChanges(directory.path, config, checkpoint.config);
  return withSoundBest(checkpoint, directory, warn);
}

/**
 * The checkpoint, which forgets its best epoch where the net of that is lost: nobody could use it, and it would keep every net
 * that does not excel it from being kept.
 */
function withSoundBest(
  checkpoint: Checkpoint,
  { best }: RunDirectory,
  warn: (text: string) => void,
): Checkpoint {
  if (!checkpoint.best || checkpoint.path === best) return checkpoint;
  try {
    readCheckpoint(best);
    return checkpoint;
  } catch (error) {
    const { message } = error as Error;
    const { epoch } = checkpoint.best;
    if (isOfBest(checkpoint)) {
      warn(`${message}; taking ${checkpoint.path}, which is of the same epoch, in its place`);
      return checkpoint;
    }
    warn(
      `${message}; the net of epoch ${epoch}, the best so far, is lost: the best of the epochs to come takes its place`,
    );
    return { ...checkpoint, best: undefined };
  }
}

function newestOf(directory: RunDirectory, warn: (text: string) => void): Checkpoint | undefined {
  const { last, previous, best, metrics } = directory;
  if (existsSync(last) || existsSync(previous)) return readNewest(directory, warn);
  if (!existsSync(best)) return undefined;
  const checkpoint = readCheckpoint(best);
  // Its process was killed between the two files of the first epoch, of which the best is written first: they are the same.
  if (checkpoint.position.epoch >= readMetrics(metrics).length) return checkpoint;
  throw new RunError(
    `${last} is missing, though ${best} is there; to go on from its best epoch, copy that to ${last}, ` +
      'or begin a new run in another directory',
  );
}

/** Is it what was written after the best epoch? */
export const isOfBest = ({ best, position }: Checkpoint): boolean =>
  position.epoch === best?.epoch && position.step === 0;

/** Rates, seeds and batches of two configs may not mix in one run. */
function refuseChanges(path: string, now: RunConfig, then: RunConfig): void {
  const names = [...new Set([...Object.keys(then), ...Object.keys(now)])] as (keyof RunConfig)[];
  // The file of a net may lie elsewhere by now: its checksum says whether it is the same.
  const moved = isNetFile(now.model) && isNetFile(then.model);
  const changed = names
    .filter((name) => !RESUMABLE.includes(name) && !(moved && name === 'model'))
    .filter((name) => !isDeepStrictEqual(now[name], then[name]));
  if (changed.length === 0) return;
  const text = (value: unknown) => JSON.stringify(value) ?? 'not set';
  const list = changed.map((name) => `${name} is ${text(now[name])}, was ${text(then[name])}`);
  throw new RunError(
    `${path}: its config was changed after its checkpoint: ${list.join('; ')}. Change it back; ` +
      `for a new run with other settings use --config ${path}/config.json`,
  );
}
