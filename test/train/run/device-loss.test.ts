import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Device } from '../../../src/gpu/device.js';
import { DeviceLostError } from '../../../src/gpu/gpu-errors.js';
import type { RunConfig } from '../../../src/train/recipes/config.js';
import type { StepProgress } from '../../../src/train/run/reporter.js';
import { runWithRetraining } from '../../../src/train/run/retraining.js';
import { deviceSettings } from '../../../src/train/run/session.js';
import { useDirectory } from '../../support/directory.js';
import { tinyConfig, tinyData } from './tiny-run.js';

const directory = useDirectory();

const config: RunConfig = {
  ...tinyConfig,
  batchNorm: true,
  validation: { images: 12, from: 'end' },
  retrain: true,
  preprocessing: [{ name: 'gcn', scale: 55 }, { name: 'standardise' }],
};

/** Train while devices are lost at certain steps, as if the driver had taken them; each is good for one run of a run. */
async function train(name: string, isLost: (progress: StepProgress, devices: number) => boolean) {
  let device: Device | undefined;
  let devices = 0;
  const warnings: string[] = [];
  const path = join(directory.path, name);
  const outcome = runWithRetraining({
    config,
    dataset: tinyData,
    path,
    reporter: {
      warned: (text) => warnings.push(text),
      stepped: (progress) => isLost(progress, devices) && device?.gpu.destroy(),
    },
    withDevice: async (work) => {
      devices += 1;
      device = await Device.create(deviceSettings(config));
      try {
        return await work(device);
      } finally {
        device.destroy();
      }
    },
  });
  const state = (run: string) =>
    ['best', 'last'].map((file) => readFileSync(join(path, run, `${file}.safetensors`)));
  return { outcome: await outcome, warnings, devices, bits: [state('.'), state('retrained')] };
}

describe('a run whose devices are lost', () => {
  it('goes on with others, and comes to the same bits', async () => {
    const straight = await train('straight', () => false);
    expect([straight.devices, straight.warnings]).toEqual([2, []]);
    // In the first epoch, when there is no checkpoint yet; in the second; and in the first of retraining.
    const lost = await train('lost', ({ epoch, step }, devices) =>
      devices === 2 ? epoch === 2 && step === 2 : step === 2 && (devices === 1 || devices === 4),
    );
    expect(lost.devices).toBe(5);
    expect(lost.outcome).toEqual(straight.outcome);
    expect(lost.bits).toEqual(straight.bits);
    expect(lost.warnings).toHaveLength(3);
    for (const warning of lost.warnings) {
      expect(warning).toMatch(
        /^the device .* is gone: .*; going on with a new one from the last checkpoint$/,
      );
    }
  });

  it('ends at the fourth loss within an hour, with what to do', async () => {
    const path = join(directory.path, 'hopeless');
    const hopeless = train('hopeless', () => true);
    await expect(hopeless).rejects.toThrow(DeviceLostError);
    await expect(hopeless).rejects.toThrow(
      `; that was the fourth time within an hour; --resume ${path} goes on from the last checkpoint`,
    );
    expect(existsSync(join(path, 'last.safetensors'))).toBe(false);
  });

  it('ends at once where the device was destroyed on purpose', async () => {
    let devices = 0;
    const run = runWithRetraining({
      config,
      dataset: tinyData,
      path: join(directory.path, 'destroyed'),
      withDevice: async (work) => {
        devices += 1;
        const device = await Device.create(deviceSettings(config));
        const outcome = work(device);
        device.destroy();
        return outcome;
      },
    });
    await expect(run).rejects.toThrow(/device.destroy\(\) was called$/);
    expect(devices).toBe(1);
  });
});
