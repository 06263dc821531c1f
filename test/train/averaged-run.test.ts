import { join } from 'node:path';
import { expect, it } from 'vitest';
import { readCheckpoint } from '../../src/train/checkpoints/checkpoint.js';
import { SavedModel } from '../../src/train/checkpoints/saved-model.js';
import { readResult } from '../../src/train/run/result.js';
import { runTraining } from '../../src/train/run/run.js';
import { errorOf, lossOf } from '../../src/train/score.js';
import { useDevice } from '../support/device.js';
import { useDirectory } from '../support/directory.js';
import { SEED, tinyConfig, tinyData } from './run/tiny-run.js';

const [averaging, plain, later] = [1, 2, 3].map(() => useDevice({ seed: SEED })) as Gpu[];
type Gpu = ReturnType<typeof useDevice>;
const directory = useDirectory();

it('a run that averages its weights trains as without, and is scored, saved and used with the average', async () => {
  const train = async (gpu: Gpu, name: string, average: typeof tinyConfig.average) => {
    const path = join(directory.path, name);
    const config = { ...tinyConfig, batchNorm: true, average };
    await runTraining({ config, dataset: tinyData, device: gpu.device, path });
    return { path, checkpoint: readCheckpoint(join(path, 'last.safetensors')) };
  };
  const averaged = await train(averaging!, 'averaged', { name: 'ema', decay: 0.9, start: 0 });
  const without = await train(plain!, 'plain', false);
  const { tensors } = averaged.checkpoint;
  const names = [...without.checkpoint.tensors.keys()];
  for (const name of names) {
    expect([...tensors.get(name)!.values], name).toEqual([...without.checkpoint.tensors.get(name)!.values]);
  }
  const own = names.filter((name) => name.startsWith('model.'));
  expect([...tensors.keys()].filter((name) => !names.includes(name))).toEqual(
    own.map((name) => name.replace('model.', 'average.')),
  );
  expect(averaged.checkpoint.averaged).toBe(12);

  const score = await new SavedModel(later!.device, averaged.checkpoint).score(tinyData);
  const { test } = readResult(join(averaged.path, 'result.json'))!;
  expect([errorOf(score), lossOf(score)]).toEqual([test!.error, test!.loss]);
  expect(test!.loss).not.toBe(readResult(join(without.path, 'result.json'))!.test!.loss);
});
