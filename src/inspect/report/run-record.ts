/** What a run's directory tells without its net being used. Nothing is written, so that another process may train the run. */
import { basename, resolve } from 'node:path';
import { describeOwner } from '../../files/claims/owner.js';
import { type Circumstances, readCircumstances } from '../../train/circumstances.js';
import type { RunConfig } from '../../train/recipes/config.js';
import {
  type EpochMetrics,
  type ProbeMetrics,
  readMetrics,
  readProbeMetrics,
} from '../../train/run/metrics.js';
import { type RunResult, readResult } from '../../train/run/result.js';
import { ownerOfRun } from '../../train/run/run-claim.js';
import { RunDirectory } from '../../train/run/run-directory.js';

export interface RunRecord {
  /** What it is called in a report: no other run of the report is. */
  readonly name: string;
  readonly directory: RunDirectory;
  readonly config: RunConfig;
  /** The epochs that are finished. */
  readonly metrics: readonly EpochMetrics[];
  /** What its probes found, in a run that has some. */
  readonly probes: readonly ProbeMetrics[];
  /** How it ended; undefined for one that has not. */
  readonly result: RunResult | undefined;
  /** Who trains it, `process 4711 on hive`; undefined when nobody does. */
  readonly trainedBy: string | undefined;
  /** What it is computed with and on, where that is known. */
  readonly circumstances: Circumstances | undefined;
}

/**
 * The runs in some directories; behind each the one that retrains it, once that has begun.
 * @throws RunError when there is no run in one of them, RunError and FileError when a file is not what it should be
 */
export function readRuns(paths: readonly string[]): RunRecord[] {
  const once = paths.filter(
    (path, index) => paths.findIndex((other) => resolve(other) === resolve(path)) === index,
  );
  const names = namesOf(once);
  return once.flatMap((path, index) => {
    const run = RunDirectory.open(path);
    const retrained = RunDirectory.find(run.retrained);
    const name = names[index]!;
    return [readRun(name, run), ...(retrained ? [readRun(`${name}, retrained`, retrained)] : [])];
  });
}

function readRun(name: string, directory: RunDirectory): RunRecord {
  const owner = ownerOfRun(directory.path);
  return {
    name,
    directory,
    config: directory.readConfig(),
    metrics: readMetrics(directory.metrics),
    probes: readProbeMetrics(directory.metrics),
    result: readResult(directory.result),
    trainedBy: owner && describeOwner(owner),
    circumstances: readCircumstances(directory.path),
  };
}

/** The directories' own names, or, where two have the same, all of their paths. */
function namesOf(paths: readonly string[]): readonly string[] {
  const names = paths.map((path) => basename(resolve(path)));
  return new Set(names).size === names.length ? names : paths;
}
