import { sweepDefinition, trialsOf } from '../../../src/experiments/sweep/definition.js';
import { parseDimension } from '../../../src/experiments/sweep/dimension.js';
import type { TrialOutcome } from '../../../src/experiments/sweep/outcome.js';
import { tinyConfig } from '../../train/run/tiny-run.js';

const definition = sweepDefinition({ ...tinyConfig, validation: { images: 12, from: 'end' } }, [
  parseDimension('weightDecay=0.001,1e-5'),
  parseDimension('kernelSizes=[5,5,3],[3,3,3]'),
]);

export const { over } = definition;
const trials = trialsOf(definition);

const done = (index: number, wrong: number, loss: number): TrialOutcome => ({
  trial: trials[index]!,
  state: 'done',
  validation: { error: wrong / 12, wrong, images: 12, loss },
  epochs: 8,
  seconds: 12.3456,
});

/** One of each kind; two trials get equally many wrong. */
export const outcomes: readonly TrialOutcome[] = [
  done(0, 2, 0.75),
  { trial: trials[1]!, state: 'diverged', validation: undefined, epochs: 1, seconds: 2 },
  done(2, 2, 0.5),
  { trial: trials[3]!, state: 'open', validation: undefined, epochs: 0, seconds: 0 },
];
