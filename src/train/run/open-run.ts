/** A run that is open: its directory, and in memory all that it takes to train. */
import { existsSync, rmSync } from 'node:fs';
import type { Dataset } from '../../data/dataset.js';
import type { Preprocessing, PreprocessingProgress } from '../../data/index.js';
import type { BatchLoader } from '../../data/loader.js';
import { replaceFile } from '../../files/write-file.js';
import type { Device } from '../../gpu/device.js';
import { type Best, captureCheckpoint, readCheckpoint, restoreSession } from '../checkpoints/checkpoint.js';
import type { RunConfig } from '../recipes/config.js';
import type { Score } from '../score.js';
import { appendMetrics, type EpochMetrics, keepMetricsUntil } from './metrics.js';
import type { RunStart } from './reporter.js';
import { RunDirectory } from './run-directory.js';
import { preprocessDataset } from './run-images.js';
import { readPreprocessing, writePreprocessing } from './saved-preprocessing.js';
import { assemble, buildLearner, checkFit, type Session } from './session.js';

export interface OpenOptions {
  readonly config: RunConfig;
  readonly dataset: Dataset;
  /** Made with the config's `deviceSettings`. */
  readonly device: Device;
  /** The run's directory: new or empty, unless `resume`. */
  readonly path: string;
  /** Go on from the last checkpoint in `path`. */
  readonly resume?: boolean;
  /** The config's, fitted by another run on the very images that this one trains on: whitening takes its time. */
  readonly preprocessing?: Preprocessing;
}

/**
 * Open a run: make its directory, or go on where it stopped. A config that contradicts itself or does not fit the images is
 * found out before the images are prepared, and nothing is written before they are.
 * @param onProgress hears how far the preparation of the images is
 * @throws RunError, FileError, DataError when the directory, the data or a checkpoint cannot be used
 */
export async function openRun(
  { config, dataset, device, path, resume = false, preprocessing }: OpenOptions,
  onProgress?: (progress: PreprocessingProgress) => void,
): Promise<OpenRun> {
  checkFit(config.model, dataset.name, dataset.train);
  const learner = buildLearner(config, device);
  const saved = resume ? readPreprocessing(path) : undefined;
  const fitted = saved ?? preprocessing;
  const { images, ...prepared } = await preprocessDataset(config, device, dataset, fitted, onProgress);
  const session = assemble(config, device, images, learner);
  const directory = resume ? RunDirectory.open(path) : RunDirectory.create(path, config);
  if (!saved) writePreprocessing(path, prepared.preprocessing);
  const best = resume ? restore(session, directory) : undefined;
  const start: RunStart = {
    config,
    path,
    dataset: images.dataset,
    device,
    parameters: session.model.parameters().reduce((sum, { size }) => sum + size, 0),
    ...(resume && { resumed: session.trainer.position }),
  };
  return new OpenRun(session, directory, start, best);
}

/** Bring a session to where its run stopped, and the run's other files to what that checkpoint knew. */
function restore(session: Session, directory: RunDirectory): Best {
  const checkpoint = existsSync(directory.last) ? readCheckpoint(directory.last) : undefined;
  if (checkpoint) restoreSession(session, checkpoint);
  keepMetricsUntil(directory.metrics, session.trainer.position.epoch);
  directory.writeConfig(session.config);
  return checkpoint?.best;
}

export class OpenRun {
  /** How the net did best so far. */
  #best: Best;

  constructor(
    readonly session: Session,
    readonly directory: RunDirectory,
    /** What to report before the first step. */
    readonly start: RunStart,
    best: Best,
  ) {
    this.#best = best;
  }

  /** The images that are scored after each epoch: those held out, where the run holds some out, else the test images. */
  get scored(): BatchLoader {
    return this.session.validation ?? this.session.test;
  }

  /** Are all epochs trained? A schedule may end them earlier than the config. */
  get isTrained(): boolean {
    const { config, trainer, schedule } = this.session;
    return trainer.position.epoch >= config.epochs || schedule.finished;
  }

  /** Nobody may take the run for finished while it is trained on: its result will be written again. */
  forgetResult(): void {
    rmSync(this.directory.result, { force: true });
  }

  /**
   * Write a finished epoch down: its metrics, and the net as the last checkpoint and, if it never did better, as the best.
   * @param score on the images that are scored after each epoch
   * @throws FileError when the disk refuses
   */
  async saveEpoch(metrics: EpochMetrics, score: Score): Promise<void> {
    appendMetrics(this.directory.metrics, metrics);
    const wrong = score.count - score.correct;
    const improved = !this.#best || wrong < this.#best.wrong;
    if (improved) this.#best = { epoch: metrics.epoch, wrong };
    await this.#save(...(improved ? [this.directory.best] : []), this.directory.last);
  }

  /**
   * Write down where the run stands within an epoch.
   * @throws FileError when the disk refuses
   */
  async savePosition(): Promise<void> {
    await this.#save(this.directory.last);
  }

  async #save(...files: string[]): Promise<void> {
    const bytes = await captureCheckpoint(this.session, this.#best);
    for (const file of files) replaceFile(file, bytes);
  }
}
