/** Training runs: from a config to a directory with checkpoints, and back. */
export { type Best, type Checkpoint, readCheckpoint } from './checkpoint.js';
export { chooseConfig, chooseWithoutData, type Wishes } from './choose-config.js';
export { parseConfig, type RunConfig } from './config.js';
export { DeadStartDetector, type StepScore } from './dead-start.js';
export { type EpochMetrics, readMetrics } from './metrics.js';
export { type GroupRule, parameterGroups } from './parameter-groups.js';
export { PRESET_NAMES, type PresetName } from './presets.js';
export { type Recipe, readRecipe, recipeNames } from './recipe.js';
export { type RunResult, readResult } from './result.js';
export { type RetrainingOptions, runWithRetraining } from './retraining.js';
export {
  type Reporter,
  type RunOptions,
  type RunOutcome,
  type RunStart,
  runTraining,
  type StepProgress,
} from './run.js';
export { loadRunData } from './run-data.js';
export { RunDirectory } from './run-directory.js';
export { DivergedError, RunError } from './run-error.js';
export { decodeSafetensors, encodeSafetensors, type HostTensor, type Safetensors } from './safetensors.js';
export { checkpointOf, type Guess, SavedModel, type Which } from './saved-model.js';
export { readPreprocessing } from './saved-preprocessing.js';
export { addScores, errorOf, formatTestError, lossOf, NO_SCORE, type Score } from './score.js';
export { deviceSettings } from './session.js';
export { type SplitDataset, splitDataset } from './split.js';
export { evaluate, type Position, Trainer, type TrainerOptions } from './trainer.js';
