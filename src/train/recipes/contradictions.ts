/** Settings that a run would take, and that could not do what they are for. */
import { RunError } from '../run/run-error.js';
import type { RunConfig } from './config.js';
import { modelOf } from './find-model.js';

/** What is wrong with a config, each in words that follow "the settings of this run:"; undefined where it is not so. */
const FAULTS: readonly ((config: RunConfig) => string | undefined)[] = [
  ({ average, epochs }) =>
    average && average.start >= epochs
      ? `the average begins after epoch ${average.start}, and the run has ${epochs}`
      : undefined,
  ({ augment, ...config }) => {
    const [, height, width] = modelOf(config).input;
    return augment && (augment.cutout ?? 0) > Math.min(height, width)
      ? `a cutout of ${augment.cutout} pixels clears whole images of ${height}x${width}`
      : undefined;
  },
  ({ retrain, validation }) =>
    retrain && !validation
      ? 'retraining adds the held-out images, and this run holds none out; use --validation, or --no-retrain'
      : undefined,
];

/**
 * Refuse a new run whose settings contradict each other.
 * @throws RunError naming the first that does
 */
export function refuseContradictions(config: RunConfig): void {
  for (const fault of FAULTS) {
    const found = fault(config);
    if (found) throw new RunError(`the settings of this run: ${found}`);
  }
}
