import { describe, expect, it } from 'vitest';
import type { RunConfig } from '../../../src/train/recipes/config.js';
import { RunError } from '../../../src/train/run/run-error.js';
import { buildLearner, deviceSettings } from '../../../src/train/run/session.js';
import { useDevice } from '../../support/device.js';
import { SEED, tinyConfig } from './tiny-run.js';

describe('a learner', () => {
  const half: RunConfig = { ...tinyConfig, precision: 'half' };
  const gpu = useDevice(deviceSettings(half));

  it('is built on a device with the settings of its config', () => {
    expect(gpu.device).toMatchObject({ seed: SEED, precision: 'half' });
    expect(buildLearner(half, gpu.device).model.parameters()).not.toEqual([]);
  });

  it.each<[Partial<RunConfig>, string]>([
    [{ seed: 8 }, `the device was made with seed ${SEED}, the config says 8`],
    [{ precision: 'single' }, 'the device was made with precision half, the config says single'],
  ])('is refused on a device with others, for a config with %j', (change, message) => {
    expect(() => buildLearner({ ...half, ...change }, gpu.device)).toThrow(new RunError(message));
  });
});
