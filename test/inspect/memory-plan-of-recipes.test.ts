import { afterEach, expect, it, vi } from 'vitest';
import { Device } from '../../src/gpu/device.js';
import { planRun } from '../../src/inspect/memory-plan.js';
import { chooseWithoutData } from '../../src/train/recipes/choose-config.js';
import type { RunConfig } from '../../src/train/recipes/config.js';
import { recipeNames } from '../../src/train/recipes/recipe.js';
import { blankImages } from '../../src/train/run/data/run-images.js';
import { assemble, deviceSettings, EVALUATION_BATCH, scoredModel } from '../../src/train/run/session.js';
import { evaluate } from '../../src/train/trainer.js';

const devices: Device[] = [];
afterEach(() => {
  for (const device of devices.splice(0)) device.destroy();
});

/** A device that is given its work and does none of it: how much memory is taken does not depend on what is in it. */
async function idleDevice(config: RunConfig): Promise<Device> {
  const device = await Device.create(deviceSettings(config));
  vi.spyOn(device.gpu.queue, 'submit').mockImplementation(() => undefined);
  devices.push(device);
  return device;
}

it.each(recipeNames())('the plan of %s is right within one percent of what it then takes', async (recipe) => {
  const config = chooseWithoutData({ recipe, changes: { batch: 2 } });
  const plan = planRun(config, await idleDevice(config));
  const device = await idleDevice(config);
  const { test } = blankImages(config, EVALUATION_BATCH);
  const session = assemble(config, device, { ...blankImages(config, config.batch), test });
  for await (const _ of session.trainer.epoch());
  expect(Math.abs(device.memory.peak / plan.trainingPeak - 1)).toBeLessThan(0.01);
  for await (const _ of evaluate(device, scoredModel(session), session.test));
  expect(Math.abs(device.memory.peak / plan.runPeak - 1)).toBeLessThan(0.01);
});
