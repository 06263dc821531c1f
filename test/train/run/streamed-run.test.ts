import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Device } from '../../../src/gpu/device.js';
import { Deadline } from '../../../src/train/deadline.js';
import { chooseConfig } from '../../../src/train/recipes/choose-config.js';
import { loadRunData } from '../../../src/train/run/data/run-data.js';
import { type RunOptions, runTraining } from '../../../src/train/run/run.js';
import { deviceSettings } from '../../../src/train/run/session.js';
import { TensorBoardWriter } from '../../../src/train/tensorboard/tensorboard-writer.js';
import { jpegFile } from '../../data/writers/jpeg.js';
import { photos, writePhotos } from '../../data/writers/photos.js';
import { useFreshDirectory } from '../../support/directory.js';

const directory = useFreshDirectory();
const devices: Device[] = [];
beforeEach(() => vi.stubEnv('XDG_CACHE_HOME', directory.file('cache')));
afterEach(() => {
  for (const device of devices.splice(0)) device.destroy();
  vi.unstubAllEnvs();
});

const ANIMALS = { ...photos('cat', 120, 0), ...photos('dog', 120, 60), ...photos('owl', 120, 130) };
const changes = { epochs: 1, batch: 30, width: 0.3, learningRate: 0.02 };

/** A run as a process of its own would train it: with its own device, its images opened and closed. */
async function trained(data: string, path: string, more: Partial<RunOptions> = {}) {
  const config = chooseConfig({ model: 'nin-glyphs', data, size: 8, changes });
  const device = await Device.create(deviceSettings(config));
  devices.push(device);
  let decoded = 0;
  const dataset = await loadRunData(config, { onProgress: ({ done }) => (decoded = done) });
  const firsts: number[] = [];
  const stepped = () => firsts.push(decoded);
  try {
    const outcome = await runTraining({ config, dataset, device, path, reporter: { stepped }, ...more });
    return { outcome, firsts };
  } finally {
    await dataset.close?.();
  }
}
const weightsIn = (path: string) => readFileSync(`${path}/last.safetensors`);
const within = (name: string) => directory.file(name);
const cache = () => `${within('cache')}/dawngrad/images`;

it('comes to the same bits from a cold cache, a warm one, and stopped and resumed in its first epoch', async () => {
  const data = writePhotos(within('photos'), ANIMALS);
  const { firsts } = await trained(data, within('cold'));
  expect(firsts[0]).toBeGreaterThan(0);
  await trained(data, within('warm'));
  expect(weightsIn(within('warm'))).toEqual(weightsIn(within('cold')));

  rmSync(cache(), { recursive: true });
  const deadline = new Deadline();
  deadline.over = true;
  const stopped = await trained(data, within('stopped'), { deadline });
  const { position } = stopped.outcome;
  expect(stopped.outcome).toMatchObject({ state: 'stopped', position: { epoch: 0 } });
  expect(position.step).toBeGreaterThan(0);
  expect(position.step).toBeLessThan(11);
  rmSync(cache(), { recursive: true });
  const { outcome } = await trained(data, within('stopped'), { resume: true });
  expect(outcome).toMatchObject({ state: 'finished', position: { epoch: 1 } });
  expect(weightsIn(within('stopped'))).toEqual(weightsIn(within('cold')));
});

it.each([
  ['before its first step', 'train'],
  ['when it has taken steps, whose images are sound', 'test'],
])('ends with all files that cannot be read, %s, and leaves nothing of itself', async (_, part) => {
  const cut = (await jpegFile({ width: 8, height: 8, colourOf: () => [1, 2, 3] })).subarray(0, 200);
  const sound = {
    ...photos('train/cat', 300, 0),
    ...photos('train/dog', 300, 100),
    ...photos('test/cat', 5, 0),
  };
  const broken = [`${part}/dog/y.jpg`, `${part}/dog/z.jpg`].map((path) => [path, cut]);
  const data = writePhotos(within('photos'), {
    ...sound,
    'test/dog/a.png': 100,
    ...Object.fromEntries(broken),
  });
  const message = new RegExp(
    `photos: 2 of 608 images cannot be read: ${part}/dog/y\\.jpg: .*; ${part}/dog/z\\.jpg: .*; --skip-unreadable`,
  );
  const reporter = new TensorBoardWriter();
  const started = vi.spyOn(reporter, 'started');
  await expect(trained(data, within('run'), { reporter })).rejects.toThrow(message);
  if (part === 'test') expect(started).toHaveBeenCalled();
  expect(existsSync(within('run'))).toBe(false);
  // Known from the beginning now.
  await expect(trained(data, within('run'))).rejects.toThrow(message);
  expect(readdirSync(cache())).toEqual([expect.stringMatching(/\.bin$/)]);
});
