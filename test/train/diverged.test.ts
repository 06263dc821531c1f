import { describe, expect, it } from 'vitest';
import { refuseDiverged } from '../../src/train/diverged.js';
import { DivergedError } from '../../src/train/run/run-error.js';

const scoreOf = (loss: number) => ({ lossSum: 32 * loss, correct: 3, count: 32 });

describe('training', () => {
  it.each([Number.NaN, Number.POSITIVE_INFINITY, 1e29, 2e38, 10_001])(
    'counts as diverged at a loss of %d',
    (loss) => {
      expect(() => refuseDiverged(scoreOf(loss), 'here')).toThrow(DivergedError);
    },
  );

  it.each([0, 2.3, 900])('does not count as diverged at a loss of %d', (loss) => {
    refuseDiverged(scoreOf(loss), 'here');
  });

  it('says what the loss is, when, and what to do', () => {
    expect(() => refuseDiverged(scoreOf(1.2e29), 'about step 3 of epoch 1')).toThrow(
      'training diverged: the mean loss of an image is 1.2e+29, about step 3 of epoch 1; ' +
        'use a lower learning rate (--lr) or a longer warm-up (--warm-up)',
    );
  });
});
