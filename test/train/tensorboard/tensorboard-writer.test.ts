import { describe, expect, it } from 'vitest';
import type { EpochMetrics } from '../../../src/train/run/metrics.js';
import type { RunStart } from '../../../src/train/run/reporter.js';
import { NO_SCORE } from '../../../src/train/score.js';
import { TensorBoardWriter } from '../../../src/train/tensorboard/tensorboard-writer.js';
import { useFreshDirectory } from '../../support/directory.js';
import { eventFilesIn, readEvents } from './read-events.js';

const directory = useFreshDirectory();

/** As much of a run's start as is looked at. */
const startOf = (resumed?: RunStart['resumed']): RunStart =>
  ({ path: directory.path, ...(resumed && { resumed }) }) as RunStart;

/** A step of an epoch of 25 steps with 8 images each, all of which lose 0.5 until now, and half of which are right. */
const stepOf = (epoch: number, step: number, lossSum = 4 * step) => ({
  ...{ epoch, step, steps: 25, imagesPerSecond: 100 },
  score: { lossSum, correct: 4 * step, count: 8 * step },
});

const epochOf = (epoch: number, more: Partial<EpochMetrics> = {}): EpochMetrics => ({
  ...{ epoch, step: 25 * epoch, learningRate: 0.125, trainLoss: 0.5, trainError: 0.25 },
  ...{ testLoss: 0.75, testError: 0.5, imagesPerSecond: 64, seconds: 2 },
  ...more,
});

/** Without when they were written. */
const events = (file = 0) =>
  readEvents(eventFilesIn(directory.path)[file]!)
    .slice(1)
    .map(({ wallTime, ...event }) => event);

describe("TensorBoard's curves", () => {
  it('have a point for each epoch, by the number of steps', () => {
    const writer = new TensorBoardWriter();
    writer.started(startOf());
    writer.finishedEpoch(epochOf(1));
    const { testLoss, testError, ...rest } = epochOf(2, { validationLoss: 1, validationError: 0.125 });
    writer.finishedEpoch(rest);
    const common = { 'loss/train': 0.5, 'error/train': 25, 'learning rate': 0.125, 'images per second': 64 };
    expect(events()).toEqual([
      { step: 25, scalars: { ...common, 'loss/test': 0.75, 'error/test': 50 } },
      { step: 50, scalars: { ...common, 'loss/validation': 1, 'error/validation': 12.5 } },
    ]);
  });

  it('have a point for each ten steps, which is the mean of these alone', () => {
    const writer = new TensorBoardWriter();
    writer.started(startOf());
    for (let step = 1; step <= 10; step++) writer.stepped(stepOf(2, step));
    // The next ten lose 1.5 an image.
    for (let step = 11; step <= 25; step++) writer.stepped(stepOf(2, step, 40 + 12 * (step - 10)));
    expect(events()).toEqual([
      { step: 35, scalars: { 'loss/train, steps': 0.5, 'error/train, steps': 50 } },
      { step: 45, scalars: { 'loss/train, steps': 1.5, 'error/train, steps': 50 } },
    ]);
  });

  it('begin anew with each epoch', () => {
    const writer = new TensorBoardWriter();
    writer.started(startOf());
    for (let step = 1; step <= 25; step++) writer.stepped(stepOf(1, step));
    writer.finishedEpoch(epochOf(1));
    for (let step = 1; step <= 10; step++) writer.stepped(stepOf(2, step));
    expect(events().at(-1)).toEqual({
      step: 35,
      scalars: { 'loss/train, steps': 0.5, 'error/train, steps': 50 },
    });
  });

  it('of a run that goes on are in a file of their own, which voids what was written beyond', () => {
    new TensorBoardWriter().started(startOf());
    const writer = new TensorBoardWriter();
    writer.started(
      startOf({ epoch: 1, step: 4, score: { ...NO_SCORE, lossSum: 16, count: 32, correct: 16 } }),
    );
    for (let step = 5; step <= 10; step++) writer.stepped(stepOf(2, step));
    expect(eventFilesIn(directory.path)).toHaveLength(2);
    expect(events(1)).toEqual([
      { step: 30, status: 1 },
      { step: 35, scalars: { 'loss/train, steps': 0.5, 'error/train, steps': 50 } },
    ]);
  });

  it('of a run whose steps are all taken say so with its last epoch', () => {
    const writer = new TensorBoardWriter();
    writer.started(startOf({ epoch: 1, step: 25, score: NO_SCORE }));
    writer.finishedEpoch(epochOf(2));
    expect(events()[0]).toEqual({ step: 50, status: 1 });
  });
});
