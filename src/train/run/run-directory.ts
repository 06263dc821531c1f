/**
 * A run is a directory: `config.json` repeats it, `metrics.jsonl` tells how it went, `last.safetensors` resumes it, as
 * does `previous.safetensors`, the checkpoint before, should the last be damaged. `best.safetensors` is its net at the lowest
 * error on the images that are scored after each epoch, `result.json` says how it ended, and `claims/` who trains it. If
 * afterwards the net is trained anew on the held-out images too, that is a run of its own in `retrained/`.
 */

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { checkArgument } from '../../errors/check-options.js';
import { object, text } from '../../errors/rules.js';
import { CLAIMS } from '../../files/claims/claim.js';
import { makeDirectory, makeNewDirectory, namesIn } from '../../files/directory.js';
import { jsonText, readJson, writeJson } from '../../files/json.js';
import { remove } from '../../files/remove.js';
import { statOf } from '../../files/stat.js';
import { createFile, isUnfinished } from '../../files/write-file.js';
import { stemOfModel } from '../nets/net-file.js';
import { configSchema, type RunConfig } from '../recipes/config.js';
import { isEventFile } from '../tensorboard/event-file.js';
import { RunError } from './run-error.js';

const CONFIG = 'config.json';
/** Beside those, what a run writes before its first step. */
export const PREPROCESSING = 'preprocessing.safetensors';
export const CIRCUMSTANCES = 'circumstances.json';
const LAST = 'last.safetensors';
const PREVIOUS = 'previous.safetensors';

/** The directory of runs that are given none of their own. */
export const RUNS = 'runs';

export class RunDirectory {
  readonly path: string;
  readonly metrics: string;
  readonly last: string;
  readonly previous: string;
  readonly best: string;
  readonly result: string;
  /** Where a launch is kept that made numbers that are not finite, with what it was given: tensors, and in the metadata the rest. */
  readonly notFinite: string;
  /** Directory of the run that retrains. */
  readonly retrained: string;

  private constructor(path: string) {
    this.path = path;
    this.metrics = join(path, 'metrics.jsonl');
    this.last = join(path, LAST);
    this.previous = join(path, PREVIOUS);
    this.best = join(path, 'best.safetensors');
    this.result = join(path, 'result.json');
    this.notFinite = join(path, 'not-finite.safetensors');
    this.retrained = join(path, 'retrained');
  }

  /**
   * Make the directory of a new run and write its config.
   * @throws RunError when it holds something already, FileError when it cannot be written
   */
  static create(path: string, config: RunConfig): RunDirectory {
    checkArgument('RunDirectory.create', 'path', path, text);
    checkArgument('RunDirectory.create', 'config', config, object);
    refuseUsed(path);
    const run = new RunDirectory(path);
    const made = makeDirectory(path, 'the run directory');
    try {
      // Another process may have found it empty too.
      if (!createFile(join(path, CONFIG), jsonText(config))) throw notEmpty(path);
    } catch (error) {
      if (made !== undefined) remove(made);
      throw error;
    }
    return run;
  }

  /**
   * The run in a directory.
   * @throws RunError when there is none
   */
  static open(path: string): RunDirectory {
    checkArgument('RunDirectory.open', 'path', path, text);
    if (!existsSync(join(path, CONFIG))) {
      const found = existsSync(path) ? `it has no ${CONFIG}` : 'no such directory';
      throw new RunError(`${path}: not the directory of a run: ${found}`);
    }
    return new RunDirectory(path);
  }

  /** The run in a directory, if there is one. */
  static find(path: string): RunDirectory | undefined {
    checkArgument('RunDirectory.find', 'path', path, text);
    return existsSync(join(path, CONFIG)) ? new RunDirectory(path) : undefined;
  }

  /** Is there a checkpoint from which it can go on? */
  get isSaved(): boolean {
    return existsSync(this.last) || existsSync(this.previous);
  }

  /** The run whose net counts: that of retraining, once it has saved one. */
  get final(): RunDirectory {
    const retrained = new RunDirectory(this.retrained);
    return retrained.isSaved ? retrained : this;
  }

  /** The run in `runs/` that was saved last. */
  static latest(): RunDirectory {
    const saved = (existsSync(RUNS) ? namesIn(RUNS) : [])
      .map((name) => join(RUNS, name))
      .filter((path) => RunDirectory.find(path)?.isSaved)
      .map((path) => ({ path, time: new RunDirectory(path).final.#savedAt() }))
      .sort((a, b) => b.time - a.time)[0];
    if (!saved)
      throw new RunError(`${RUNS}/ holds no run that could be resumed; name its directory: --resume RUN`);
    return new RunDirectory(saved.path);
  }

  /** When it was saved last, in milliseconds. */
  #savedAt(): number {
    const times = [this.last, this.previous].map((file) => statOf(file)?.mtimeMs);
    return Math.max(...times.map((time) => time ?? 0));
  }

  /** Remove what was written of a run that cannot go on, since it has no checkpoint. */
  removeUnsaved(): void {
    if (this.isSaved) return;
    const events = namesIn(this.path).filter(isEventFile);
    for (const name of [...events, PREPROCESSING, CIRCUMSTANCES, CONFIG]) remove(join(this.path, name));
    remove(this.metrics);
  }

  /**
   * What the run was started with.
   * @throws FileError when the config cannot be read or is not one
   */
  readConfig(): RunConfig {
    return readConfigFile(join(this.path, CONFIG));
  }

  writeConfig(config: RunConfig): void {
    writeJson(join(this.path, CONFIG), config);
  }
}

/**
 * A config from a file.
 * @throws FileError when it cannot be read or is not one
 */
export const readConfigFile = (path: string): RunConfig => readJson(path, configSchema, 'a config');

/** A new run may not mix with what is there. Cheap, so worth asking before the slow part of starting a run. */
export function refuseUsed(path: string): void {
  if (!existsSync(path)) return;
  if (!statOf(path)?.isDirectory())
    throw new RunError(`the run directory ${path} is a file; name another with --out`);
  // A run that never began may have left a claim, and a config half-written.
  if (namesIn(path).some((name) => name !== CLAIMS && !isUnfinished(name))) throw notEmpty(path);
}

const notEmpty = (path: string): RunError =>
  new RunError(
    `the run directory ${path} is not empty; go on with --resume ${path}, or name another with --out`,
  );

/** `runs/nin-mnist-2024-05-31-14-03-59`, in local time. */
export function defaultRunPath(model: string, now = new Date()): string {
  const parts = [now.getMonth() + 1, now.getDate(), now.getHours(), now.getMinutes(), now.getSeconds()];
  const stamp = [now.getFullYear(), ...parts.map((part) => String(part).padStart(2, '0'))].join('-');
  return join(RUNS, `${stemOfModel(model)}-${stamp}`);
}

/**
 * Make the directory of a run that is given none of its own: empty, and nobody else's, though others may begin in this second.
 * @throws FileError when it cannot be made
 */
export const makeDefaultRunDirectory = (model: string): string =>
  makeNewDirectory(defaultRunPath(model), 'the run directory');
