import { describe, expect, it } from 'vitest';
import type { RunConfig } from '../../../src/train/recipes/config.js';
import { RunError } from '../../../src/train/run/run-error.js';
import { buildLearner, deviceSettings } from '../../../src/train/run/session.js';
import { useDevice } from '../../support/device.js';
import { SEED, tinyConfig } from './tiny-run.js';

describe('a learner', () => {
  const medium: RunConfig = { ...tinyConfig, precision: 'medium' };
  const gpu = useDevice(deviceSettings(medium));

  it('is built on a device with the settings of its config', () => {
    expect(gpu.device).toMatchObject({ seed: SEED, precision: 'medium' });
    expect(buildLearner(medium, gpu.device).model.parameters()).not.toEqual([]);
  });

  it.each<[Partial<RunConfig>, string]>([
    [{ seed: 8 }, `the device was made with seed ${SEED}, the config says 8`],
    [{ precision: 'highest' }, 'the device was made with precision medium, the config says highest'],
  ])('is refused on a device with others, for a config with %j', (change, message) => {
    expect(() => buildLearner({ ...medium, ...change }, gpu.device)).toThrow(new RunError(message));
  });

  it.each<[string, Partial<RunConfig>, object]>([
    ["SGD without a preset's momentum has nothing to look ahead by", { momentum: 0 }, { nesterov: false }],
    [
      'momentum that rises from 0',
      { momentum: 0, nesterov: false, momentumRise: { to: 0.5, epochs: 1 } },
      {},
    ],
    [
      'AdamW has no momentum that could rise',
      { optimizer: 'adamw', momentumRise: { to: 0.5, epochs: 1 } },
      { betas: [0.9, 0.999] },
    ],
  ])('takes the settings of a preset with others: %s', (_, changes, options) => {
    const config: RunConfig = { ...medium, optimizer: 'sgd', nesterov: true, ...changes };
    const { optimizer } = buildLearner(config, gpu.device);
    expect(optimizer.groups[0]?.options).toMatchObject(options);
    expect(() => optimizer.step()).not.toThrow();
  });
});
