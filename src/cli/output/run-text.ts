import { nameOfModel } from '../../train/nets/net-file.js';
import type { EpochMetrics } from '../../train/run/metrics.js';
import type { RunStart } from '../../train/run/reporter.js';
import type { WorkLeft } from '../../train/run/retraining.js';
import type { Position } from '../../train/trainer.js';

/** What is trained, on what and with what, in a few lines. */
export const describeStart = ({ config, path, dataset, device, parameters, resumed }: RunStart): string => {
  // Not toLocaleString, which loads the rules of all languages first.
  const size = String(parameters).replace(/\B(?=(\d{3})+$)/g, ',');
  const { train, validation, test, name, note } = dataset;
  const images = [`${train.count}`, ...(validation ? [`${validation.count} held out`] : []), `${test.count}`];
  const lines = [
    `training ${nameOfModel(config.model)} (${size} parameters) on ${name} (${images.join(' + ')} images)`,
    `with ${device.adapter.name}, into ${path}`,
    ...(resumed ? [describePosition(resumed, config.epochs)] : []),
    ...(note ? [`note: ${note}`] : []),
  ];
  return lines.join('\n');
};

const describePosition = ({ epoch, step }: Position, epochs: number): string =>
  epoch < epochs
    ? `going on after step ${step} of epoch ${epoch + 1}`
    : `all ${epochs} epochs are done; testing once more`;

/** Where a run stopped, what is left of it, and how it goes on. */
export function describeStop(path: string, { epoch, step }: Position, { epochs, seconds }: WorkLeft): string {
  const time = seconds === undefined ? '' : `, ${describeTime(seconds)}`;
  return (
    `stopped after step ${step} of epoch ${epoch + 1}; --resume ${path} goes on from that very step\n` +
    `left: ${epochs} ${epochs === 1 ? 'epoch' : 'epochs'}${time}`
  );
}

/** `about 40 seconds`, `about 12 minutes`, `about 3.5 hours`, `about 12 days`. */
export function describeTime(seconds: number): string {
  const [unit, size] = UNITS.find(([, one]) => seconds >= 2 * one) ?? UNITS.at(-1)!;
  const count = seconds / size;
  if (unit !== 'seconds') return `about ${count < 10 ? count.toFixed(1) : Math.round(count)} ${unit}`;
  const whole = Math.round(count);
  return `about ${whole} ${whole === 1 ? 'second' : 'seconds'}`;
}

const UNITS: readonly (readonly [string, number])[] = [
  ['days', 86_400],
  ['hours', 3600],
  ['minutes', 60],
  ['seconds', 1],
];

/** `3.40 %` */
export const percent = (share: number): string => `${(100 * share).toFixed(2)} %`;

/** A line about a finished epoch. */
export const describeEpoch = (metrics: EpochMetrics, epochs: number): string => {
  const { epoch, trainLoss, trainError, skippedSteps = 0, imagesPerSecond, seconds } = metrics;
  const skipped = `${skippedSteps} ${skippedSteps === 1 ? 'step' : 'steps'} skipped  `;
  return (
    `epoch ${epoch}/${epochs}  train loss ${trainLoss.toFixed(4)}, error ${percent(trainError)}  ` +
    `${describeScored(metrics)}  ` +
    (skippedSteps > 0 ? skipped : '') +
    `${Math.round(imagesPerSecond)} images/s  ${formatSeconds(seconds)}`
  );
};

/** How it does on the images that are scored after each epoch. */
function describeScored({ validationLoss, validationError, testLoss, testError }: EpochMetrics): string {
  const [what, loss, error] =
    validationLoss === undefined
      ? ['test', testLoss, testError]
      : ['validation', validationLoss, validationError];
  return `${what} loss ${loss?.toFixed(4)}, error ${percent(error ?? Number.NaN)}`;
}

/** `0:07`, `12:34`, `1:02:03`. */
export function formatSeconds(seconds: number): string {
  const whole = Math.round(seconds);
  const parts = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const shown = parts[0] === 0 ? parts.slice(1) : parts;
  return shown.map((part, index) => (index === 0 ? String(part) : String(part).padStart(2, '0'))).join(':');
}
