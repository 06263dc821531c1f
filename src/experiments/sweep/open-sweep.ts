/** Turns what somebody asks for into a sweep that can be worked on. */
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { Device } from '../../gpu/device.js';
import { stemOfModel } from '../../train/nets/net-file.js';
import { type ConfigOptions, chooseConfig } from '../../train/recipes/choose-config.js';
import type { RunConfig } from '../../train/recipes/config.js';
import { madeFor } from '../../train/recipes/made-for.js';
import { loadRunData, type RunDataset } from '../../train/run/data/run-data.js';
import { RUNS } from '../../train/run/run-directory.js';
import { enterSweep, type SweepDefinition, sweepDefinition } from './definition.js';
import type { Dimension } from './dimension.js';
import { checkTrials } from './sweep.js';

export interface SweepOptions {
  /** What the trials have in common. */
  readonly run: ConfigOptions;
  /** What they differ in. */
  readonly over: readonly Dimension[];
  /** How many trials to draw; left out, all combinations. */
  readonly random?: number | undefined;
  /** The directory of the sweep, to begin, to go on with, or to help others with. */
  readonly out?: string | undefined;
  /** Lends a device made with a config's `deviceSettings`. */
  readonly withDevice: <T>(config: RunConfig, work: (device: Device) => Promise<T>) => Promise<T>;
}

/** A sweep in its directory, and the images that its trials train on. */
export interface OpenSweep {
  readonly path: string;
  readonly definition: SweepDefinition;
  readonly dataset: RunDataset;
}

/**
 * Make the directory of a sweep, or enter one that is there. With `out` alone that is whatever sweep it holds; any other is
 * checked, trial by trial, before anything is written.
 * @throws RunError, FileError, DataError when a trial cannot be run, or the directory holds something else
 */
export async function openSweep({ run, over, random, out, withDevice }: SweepOptions): Promise<OpenSweep> {
  const asked = over.length > 0 || random !== undefined || !isDeepStrictEqual(run, { changes: {} });
  if (out !== undefined && !asked) {
    const definition = enterSweep(out);
    return { path: out, definition, dataset: await loadRunData(definition.config) };
  }
  const chosen = chooseConfig(run);
  // What is wrong with that is told before images are read.
  sweepDefinition(chosen, over, random);
  // What cannot be read must be known before the directory says what is to be trained.
  const dataset = await loadRunData(chosen, { wait: true });
  const config = madeFor(chosen, dataset.train);
  const definition = sweepDefinition(config, over, random);
  await withDevice(config, (device) => checkTrials(definition, dataset, device));
  const path = out ?? join(RUNS, `sweep-${config.recipe ?? stemOfModel(config.model)}`);
  return { path, definition: enterSweep(path, definition), dataset };
}
