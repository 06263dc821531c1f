import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { encodeVerified } from '../../../src/train/checkpoints/verified.js';
import { chooseConfig } from '../../../src/train/recipes/choose-config.js';
import type { RunConfig } from '../../../src/train/recipes/config.js';

/** What a run was, that nobody trained. */
export interface FakeRun {
  readonly config: RunConfig;
  readonly validation?: number;
  readonly test?: number;
  readonly epochs?: number;
}

export const configOf = (recipe: string, changes: Partial<RunConfig> = {}): RunConfig =>
  chooseConfig({ recipe, data: '/somewhere/data', changes });

const score = (error: number) => ({ error, wrong: Math.round(10_000 * error), images: 10_000, loss: 1 });

/** The directory of a finished run, as if it had been trained: a minute an epoch. */
export function writeRun(path: string, { config, validation, test, epochs = 3 }: FakeRun): string {
  mkdirSync(path, { recursive: true });
  const file = (name: string, value: unknown) => writeFileSync(join(path, name), JSON.stringify(value));
  file('config.json', config);
  const lines = Array.from({ length: epochs }, (_, index) =>
    JSON.stringify({
      ...{
        epoch: index + 1,
        step: 10 * (index + 1),
        learningRate: 0.1,
        trainLoss: 1,
        trainError: 0.5 / (index + 1),
      },
      ...(config.validation ? { validationLoss: 1, validationError: 0.5 } : { testLoss: 1, testError: 0.5 }),
      ...{ imagesPerSecond: 1000, seconds: 60 },
    }),
  );
  writeFileSync(join(path, 'metrics.jsonl'), `${lines.join('\n')}\n`);
  file('result.json', {
    epochs,
    ...(validation !== undefined && { validation: score(validation) }),
    ...(test !== undefined && { test: score(test) }),
  });
  file('circumstances.json', {
    machine: {
      ...{
        adapter: 'quickdraw',
        driver: 'Mesa 25',
        software: true,
        cpu: 'a fast one',
        cores: 2,
        system: 'linux',
      },
      versions: { dawngrad: '0.1.0', webgpu: '0.6.2' },
    },
    images: { train: 40_000, validation: 10_000, test: 10_000 },
    parameters: 966_986,
  });
  const state = {
    ...{ version: 2, config, classes: [], schedule: {}, optimizer: { steps: [], factor: 1, groups: [] } },
    position: { epoch: epochs, step: 0, score: { lossSum: 0, correct: 0, count: 0 } },
  };
  const tensors = new Map([['model.weights', { shape: [1], values: Float32Array.of(1) }]]);
  const checkpoint = encodeVerified({ tensors, metadata: { dawngrad: JSON.stringify(state) } });
  writeFileSync(join(path, 'last.safetensors'), checkpoint);
  return path;
}
