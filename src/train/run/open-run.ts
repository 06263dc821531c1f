/** A run that is open: its directory, and in memory all that it takes to train. */

import {
  type ByteImages,
  type Dataset,
  type Preprocessing,
  type PreprocessingProgress,
  sampleOf,
} from '../../data/index.js';
import type { BatchLoader } from '../../data/loader.js';
import { HeldDirectory } from '../../files/held-directory.js';
import { jsonText } from '../../files/json.js';
import { readBytes } from '../../files/read-file.js';
import { remove } from '../../files/remove.js';
import { replaceFile } from '../../files/write-file.js';
import type { Device } from '../../gpu/device.js';
import { backgroundOf } from '../answers/background.js';
import { type Best, type Checkpoint, captureCheckpoint, restoreSession } from '../checkpoints/checkpoint.js';
import { CheckpointWriter } from '../checkpoints/checkpoint-writer.js';
import { encodeSafetensors } from '../checkpoints/safetensors.js';
import { startFrom } from '../checkpoints/start-from.js';
import { compileAhead } from '../compile-ahead.js';
import { isNetFile } from '../nets/net-file.js';
import type { RunConfig } from '../recipes/config.js';
import { madeFor } from '../recipes/made-for.js';
import type { Score } from '../score.js';
import { NotFiniteError } from '../watch/not-finite-error.js';
import type { StepProbes } from '../watch/probes.js';
import { CheckpointTimer } from './checkpoint-timer.js';
import { preprocessDataset } from './data/run-images.js';
import { appendMetrics, appendProbes, type EpochMetrics, keepMetricsUntil } from './metrics.js';
import { goOnWithTuning } from './remembered-tuning.js';
import type { RunStart } from './reporter.js';
import { type Ending, writeResult } from './result.js';
import { isOfBest, resumePoint } from './resume-point.js';
import { RunDirectory } from './run-directory.js';
import { readPreprocessing, writePreprocessing } from './saved-preprocessing.js';
import { assemble, checkFit, openLearner, type Session } from './session.js';

type Images = Dataset<ByteImages>;

export interface OpenOptions {
  readonly config: RunConfig;
  /** Or what reads it, called when what the run launches is being compiled already. */
  readonly dataset: Images | (() => Images | Promise<Images>);
  /** Made with the config's `deviceSettings`. */
  readonly device: Device;
  /** The run's directory: new or empty, unless `resume`. */
  readonly path: string;
  /** Go on from the last checkpoint in `path`. */
  readonly resume?: boolean;
  /** The config's, fitted by another run on the very images that this one trains on: whitening takes its time. */
  readonly preprocessing?: Preprocessing;
  /** Every this many steps, from the first on, adds statistics of activations and gradients to `metrics.jsonl`. No bit changes. */
  readonly probe?: number;
  /** Runs each step launch by launch, and stops at the first that makes numbers that are not finite, with what it was given. */
  readonly checkNumerics?: boolean;
}

/**
 * Open a run: make its directory, or go on where it stopped. A config that contradicts itself or does not fit the images is
 * found out before the images are prepared, and nothing is written before they are. So is a checkpoint that cannot be read, or is
 * of another config.
 * @param onProgress hears how far the preparation of the images is
 * @param warn is told when the run does not go on from its last checkpoint, or not with the same bits, or its best net is lost
 * @throws RunError, FileError, DataError when the directory, the data or a checkpoint cannot be used
 */
export async function openRun(
  {
    config: wished,
    device,
    path,
    resume = false,
    preprocessing,
    probe,
    checkNumerics,
    ...given
  }: OpenOptions,
  onProgress?: (progress: PreprocessingProgress) => void,
  warn: (text: string) => void = (text) => process.emitWarning(text),
): Promise<OpenRun> {
  let loaded: Images | undefined;
  const read = async () => {
    loaded ??= typeof given.dataset === 'function' ? await given.dataset() : given.dataset;
    return loaded;
  };
  // A net of the user's own is built for its images.
  const config = isNetFile(wished.model) ? madeFor(wished, (await read()).train) : wished;
  const checkpoint = resume ? resumePoint(RunDirectory.open(path), config, warn) : undefined;
  if (checkpoint?.tuning) goOnWithTuning(device, checkpoint.tuning, warn);
  const learner = await openLearner(config, device);
  if (!checkpoint && config.initFrom) startFrom(config.initFrom, learner, warn);
  const { compiled } = await compileAhead(config, device, learner);
  const dataset = await read();
  checkFit(config, dataset.name, dataset.train);
  const saved = resume ? readPreprocessing(path) : undefined;
  const fitted = saved ?? preprocessing;
  const { images, ...prepared } = await preprocessDataset(config, device, dataset, fitted, onProgress);
  // Before there is a directory, since images may turn out to be unreadable.
  const background = saved ? undefined : backgroundOf(await sampleOf(images.dataset.train));
  const session = assemble(config, device, images, learner, { probe, checkNumerics });
  const directory = resume ? RunDirectory.open(path) : RunDirectory.create(path, config);
  if (!saved) writePreprocessing(path, prepared.preprocessing, background);
  if (resume) restore(session, directory, checkpoint);
  const start: RunStart = {
    config,
    path,
    dataset: images.dataset,
    device,
    parameters: session.model.parameters().reduce((sum, { size }) => sum + size, 0),
    ...(resume && { resumed: session.trainer.position }),
  };
  return new OpenRun(session, directory, start, compiled, checkpoint, warn);
}

/** Bring a session to where its run stopped, and the run's other files to what that checkpoint knew. */
function restore(session: Session, directory: RunDirectory, checkpoint: Checkpoint | undefined): void {
  if (checkpoint) restoreSession(session, checkpoint);
  const { epoch, step } = session.trainer.position;
  keepMetricsUntil(directory.metrics, epoch, epoch * session.train.steps + step);
  directory.writeConfig(session.config);
  // Its file may be damaged.
  if (checkpoint && isOfBest(checkpoint)) replaceFile(directory.best, readBytes(checkpoint.path));
}

export class OpenRun {
  /** How the net did best so far. */
  #best: Best;
  readonly #held: HeldDirectory;
  readonly #writer: CheckpointWriter;
  readonly #timer: CheckpointTimer;

  constructor(
    readonly session: Session,
    readonly directory: RunDirectory,
    /** What to report before the first step. */
    readonly start: RunStart,
    /** Resolves when the pipelines of its step are compiled. */
    readonly compiled: Promise<void>,
    resumedFrom: Checkpoint | undefined,
    warn: (text: string) => void,
  ) {
    this.#best = resumedFrom?.best;
    this.#held = new HeldDirectory(directory.path);
    this.#writer = new CheckpointWriter({
      paths: directory,
      lastIsSound: !resumedFrom || resumedFrom.path === directory.last,
      confirm: () => this.#held.confirm(),
      warn,
    });
    this.#timer = new CheckpointTimer(session.config.checkpointEvery);
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
    this.#held.confirm();
    remove(this.directory.result);
  }

  /**
   * Write a finished epoch down: its metrics, and the net as the last checkpoint and, if it never did better, as the best.
   * @param score on the images that are scored after each epoch
   * @throws FileError when the disk refuses
   */
  async saveEpoch(metrics: EpochMetrics, score: Score): Promise<void> {
    this.#held.confirm();
    appendMetrics(this.directory.metrics, metrics);
    const wrong = score.count - score.correct;
    const improved = !this.#best || wrong < this.#best.wrong;
    if (improved) this.#best = { epoch: metrics.epoch, wrong };
    await this.#save(improved);
  }

  /**
   * Write down what probes found.
   * @throws FileError when the disk refuses
   */
  saveProbes(steps: readonly StepProbes[]): void {
    if (steps.length > 0) this.#held.confirm();
    for (const step of steps) appendProbes(this.directory.metrics, step);
  }

  /**
   * Write a launch down that made numbers that are not finite, with all that it was given.
   * @returns the error that says where
   * @throws FileError when the disk refuses
   */
  saveNotFinite({ launch }: NotFiniteError): NotFiniteError {
    this.#held.confirm();
    const { inputs, ...words } = launch;
    const tensors = new Map(inputs.map(({ binding, shape, values }) => [binding, { shape, values }]));
    replaceFile(
      this.directory.notFinite,
      encodeSafetensors({ tensors, metadata: { launch: jsonText(words) } }),
    );
    return new NotFiniteError(launch, this.directory.notFinite);
  }

  /**
   * Write down where the run stands within an epoch.
   * @throws FileError when the disk refuses
   */
  async savePosition(): Promise<void> {
    await this.#save(false);
  }

  /**
   * To be called after each step: writes down where the run stands, if that is due, while it goes on.
   * @throws DivergedError when the net had no finite numbers at a checkpoint that was begun before, FileError when the directory
   *   is not the run's any more
   */
  async saveIfDue(): Promise<void> {
    this.#writer.check();
    if (!this.#timer.step()) return;
    await this.#writer.finish();
    this.#timer.restart();
    this.#writer.begin(captureCheckpoint(this.session, this.#best));
  }

  /**
   * Write down how the run ended.
   * @throws FileError when the disk refuses
   */
  saveResult(ending: Ending): void {
    this.#held.confirm();
    writeResult(this.directory.result, ending);
  }

  /** Let go of the directory, once what is being written is; what goes wrong with that is told by the methods that save. */
  async close(): Promise<void> {
    await this.#writer.finish().catch(() => {});
    this.#held.close();
  }

  async #save(best: boolean): Promise<void> {
    this.#timer.restart();
    await this.#writer.write(captureCheckpoint(this.session, this.#best), best);
  }
}
