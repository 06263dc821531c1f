/** Settings that a run would take, and that could not do what they are for. */
import { isNetFile, nameOfModel } from '../nets/net-file.js';
import { RunError } from '../run/run-error.js';
import { MODEL_OPTIONS, type RunConfig } from './config.js';
import { modelOf } from './find-model.js';

/** What is wrong with a config, each in words that follow "the settings of this run:"; undefined where it is not so. */
const FAULTS: readonly ((config: RunConfig) => string | undefined)[] = [
  foreignOptions,
  ({ average, epochs }) =>
    average && average.start >= epochs
      ? `the average begins after epoch ${average.start}, and the run has ${epochs}`
      : undefined,
  ({ augment, ...config }) => {
    // What a net of the user's own takes, the images say later.
    if (isNetFile(config.model) && !config.input) return undefined;
    const [, height, width] = modelOf({ classes: 1, ...config }).input;
    return augment && (augment.cutout ?? 0) > Math.min(height, width)
      ? `a cutout of ${augment.cutout} pixels clears whole images of ${height}x${width}`
      : undefined;
  },
  ({ retrain, validation }) =>
    retrain && !validation
      ? 'retraining adds the held-out images, and this run holds none out; use --validation, or --no-retrain'
      : undefined,
];

/** Settings that only nets of another kind have. */
function foreignOptions(config: RunConfig): string | undefined {
  const own = isNetFile(config.model);
  const foreign = (own ? MODEL_OPTIONS : (['input', 'classes', 'modelSha256'] as const)).filter(
    (name) => config[name] !== undefined,
  );
  if (foreign.length === 0) return undefined;
  const flags = foreign.map(
    (name) => `--${name.replace(/[A-Z]/g, (capital) => `-${capital.toLowerCase()}`)}`,
  );
  const whose = own ? "for dawngrad's own models" : 'for nets of your own';
  const decides = own ? 'builds its net itself' : 'says that itself';
  return `${flags.join(', ')}: only ${whose}; ${nameOfModel(config.model)} ${decides}, so leave it out`;
}

/**
 * Refuse settings that the net of a config has no use for.
 * @throws RunError naming them
 */
export function refuseForeignOptions(config: RunConfig): void {
  const found = foreignOptions(config);
  if (found) throw new RunError(`the settings of this run: ${found}`);
}

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
