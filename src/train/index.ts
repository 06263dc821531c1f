/** Training runs: from a config to a directory with checkpoints, and back. */

export type { AskedImage } from './answers/asked-image.js';
export { type Checkpoint, readCheckpoint } from './checkpoints/checkpoint.js';
export {
  decodeSafetensors,
  encodeSafetensors,
  type HostTensor,
  type ReadSafetensors,
  type Safetensors,
} from './checkpoints/safetensors.js';
export {
  checkpointOf,
  type Guess,
  type OpenSavedOptions,
  type Prediction,
  type PredictOptions,
  SavedModel,
  type Which,
} from './checkpoints/saved-model.js';
export {
  type LoadedWeights,
  type LoadWeightsOptions,
  loadWeights,
  saveWeights,
} from './checkpoints/weights.js';
export { Deadline } from './deadline.js';
export type { NetBuilder, NetTask } from './nets/import-net.js';
export { type ExportOnnxOptions, exportOnnx } from './onnx/export-onnx.js';
export { type ConfigOptions, chooseConfig } from './recipes/choose-config.js';
export { parseConfig, type RunConfig } from './recipes/config.js';
export { PRESET_NAMES, type PresetName } from './recipes/presets.js';
export { type Recipe, readRecipe, recipeNames } from './recipes/recipe.js';
export { loadRunData } from './run/data/run-data.js';
export { type EpochMetrics, type ProbeMetrics, readMetrics, readProbeMetrics } from './run/metrics.js';
export type { Reporter, RunStart, StepProgress } from './run/reporter.js';
export { type RunResult, readResult } from './run/result.js';
export { type RetrainingOptions, runWithRetraining } from './run/retraining.js';
export {
  type EndedRun,
  type FinishedRun,
  type RunOptions,
  type RunOutcome,
  type RunToRetrain,
  runTraining,
  type StoppedRun,
} from './run/run.js';
export { RunDirectory } from './run/run-directory.js';
export { DivergedError, RunError } from './run/run-error.js';
export { readPreprocessing } from './run/saved-preprocessing.js';
export { deviceSettings } from './run/session.js';
export { addScores, errorOf, formatTestError, lossOf, NO_SCORE, type Score } from './score.js';
export { evaluate, type Position, Trainer, type TrainerOptions } from './trainer.js';
export {
  type LaunchInput,
  NotFiniteError,
  type NotFiniteLaunch,
} from './watch/not-finite-error.js';
export type { Probe, StepProbes } from './watch/probes.js';
