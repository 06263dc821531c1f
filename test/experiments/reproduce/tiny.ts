import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Experiment } from '../../../src/experiments/reproduce/experiments.js';
import { miniature } from '../../../src/experiments/reproduce/scale.js';
import { Device } from '../../../src/gpu/device.js';
import type { RunConfig } from '../../../src/train/recipes/config.js';
import { deviceSettings } from '../../../src/train/run/session.js';
import { writeTinyMnist } from '../../support/tiny-mnist.js';

/** A few steps an epoch, so that a run takes seconds. */
export const TINY = miniature('tiny', {
  width: 0.1,
  images: 40,
  heldOut: 10,
  epochs: 2,
  batch: 8,
});

/** Two systems on MNIST, with dropout and without, and their data. */
export function tinyExperiment(directory: string): { experiment: Experiment; data: string } {
  const without = join(directory, 'no-dropout.json');
  const lines = { extends: 'nin-mnist', description: 'NIN & no dropout', dropout: 0 };
  const paper = { error: 0.8, where: 'nowhere' };
  writeFileSync(without, JSON.stringify({ ...lines, paper }));
  const data = writeTinyMnist(join(directory, 'mnist'));
  const experiment = {
    name: 'tiny',
    title: 'Tiny',
    systems: [without, 'nin-mnist'],
    draws: 'curves',
  } as const;
  return { experiment, data };
}

/** As the command line lends devices. */
export async function withDevice<T>(config: RunConfig, work: (device: Device) => Promise<T>): Promise<T> {
  const device = await Device.create(deviceSettings(config));
  try {
    return await work(device);
  } finally {
    device.destroy();
  }
}
