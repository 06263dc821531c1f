import { expect, it } from 'vitest';
import { describeEpoch } from '../../../src/cli/output/run-text.js';

const metrics = {
  ...{ epoch: 2, step: 20, learningRate: 0.1, trainLoss: 1.25, trainError: 0.5 },
  ...{ testLoss: 1, testError: 0.25, imagesPerSecond: 812.4, seconds: 65 },
};

it('the line of an epoch says how many steps were skipped, where some were', () => {
  const begin = 'epoch 2/3  train loss 1.2500, error 50.00 %  test loss 1.0000, error 25.00 %  ';
  expect(describeEpoch(metrics, 3)).toBe(`${begin}812 images/s  1:05`);
  expect(describeEpoch({ ...metrics, skippedSteps: 1 }, 3)).toBe(
    `${begin}1 step skipped  812 images/s  1:05`,
  );
  expect(describeEpoch({ ...metrics, skippedSteps: 7 }, 3)).toBe(
    `${begin}7 steps skipped  812 images/s  1:05`,
  );
});
