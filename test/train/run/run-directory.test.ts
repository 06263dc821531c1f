import { mkdirSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { models } from '../../../src/nn/models/index.js';
import { chooseConfig, resumedConfig } from '../../../src/train/recipes/choose-config.js';
import { parseConfig } from '../../../src/train/recipes/config.js';
import { PRESET_NAMES } from '../../../src/train/recipes/presets.js';
import {
  appendMetrics,
  appendProbes,
  type EpochMetrics,
  keepMetricsUntil,
  readMetrics,
  readProbeMetrics,
} from '../../../src/train/run/metrics.js';
import { defaultRunPath, RunDirectory } from '../../../src/train/run/run-directory.js';
import type { StepProbes } from '../../../src/train/watch/probes.js';
import { useDirectory } from '../../support/directory.js';
import { tinyConfig } from './tiny-run.js';

const directory = useDirectory();
const within = (name: string) => join(directory.path, name);

describe('a run directory', () => {
  it('holds the config that repeats the run', () => {
    const run = RunDirectory.create(within('new'), tinyConfig);
    expect(run.readConfig()).toEqual(tinyConfig);
    expect(RunDirectory.open(within('new')).readConfig()).toEqual(tinyConfig);
    expect(chooseConfig({ configFile: within('new/config.json'), changes: {} })).toEqual(tinyConfig);
  });

  it('is not made where something is already', () => {
    mkdirSync(within('used'));
    writeFileSync(within('used/file'), '');
    expect(() => RunDirectory.create(within('used'), tinyConfig)).toThrow(
      /used is not empty; go on with --resume/,
    );
    expect(() => RunDirectory.create(within('used/file'), tinyConfig)).toThrow(
      /file is a file; name another/,
    );
    expect(readdirSync(within('used'))).toEqual(['file']);
  });

  it('may be there and empty', () => {
    mkdirSync(within('empty'));
    RunDirectory.create(within('empty'), tinyConfig);
    expect(readdirSync(within('empty'))).toEqual(['config.json']);
  });

  it('is named after the model and the time', () => {
    expect(defaultRunPath('nin-mnist', new Date(2024, 4, 31, 14, 3, 59))).toBe(
      join('runs', 'nin-mnist-2024-05-31-14-03-59'),
    );
  });

  it('is refused where there is none', () => {
    expect(() => RunDirectory.open(within('nowhere'))).toThrow(
      /nowhere: not the directory of a run: no such/,
    );
    expect(() => RunDirectory.open(within('used'))).toThrow(
      /used: not the directory of a run: it has no config/,
    );
  });
});

describe('a config', () => {
  it.each([...models.keys()].flatMap((model) => PRESET_NAMES.map((preset) => [model, preset] as const)))(
    'of %s, preset %s, survives being written and read',
    (model, preset) => {
      const config = chooseConfig({ model, preset, data: '/data', dataset: 'some', changes: {} });
      expect(parseConfig(JSON.stringify(config), 'memory')).toEqual(config);
    },
  );

  it.each<[string, object, string]>([
    ['no JSON', {}, 'c.json: not a config, since it is not valid JSON: '],
    ['an unknown field', { colour: 1 }, 'c.json: unrecognized key: "colour"'],
    ['a wrong type', { epochs: '3' }, 'c.json: "epochs": invalid input: expected number, received string'],
    ['a value out of range', { dropout: 1 }, 'c.json: "dropout": too big: expected number to be <1'],
    [
      'no precision that there is',
      { precision: 'double' },
      'c.json: "precision": invalid option: expected one of "highest"|"high"|"medium"',
    ],
    ['a wrong choice', { init: 'best' }, 'c.json: "init": invalid option: expected one of "he"|"paper"'],
    [
      'a wrong schedule',
      { schedule: { name: 'cosine' } },
      'c.json: "schedule.warmUp": invalid input: expected number',
    ],
  ])('with %s is refused', (name, change, message) => {
    const text = name === 'no JSON' ? '{"model"' : JSON.stringify({ ...tinyConfig, ...change });
    expect(() => parseConfig(text, 'c.json')).toThrow(message);
  });

  it.each([
    ['single', 'highest'],
    ['half', 'medium'],
  ])('of long ago may call its precision %s, which is %s now', (old, now) => {
    const path = within(`long-ago-${old}`);
    mkdirSync(path);
    writeFileSync(join(path, 'config.json'), JSON.stringify({ ...tinyConfig, precision: old }));
    expect(RunDirectory.open(path).readConfig()).toEqual({ ...tinyConfig, precision: now });
    expect(resumedConfig(path, { changes: {} }).precision).toBe(now);
    expect(chooseConfig({ configFile: join(path, 'config.json'), changes: {} }).precision).toBe(now);
  });

  it('of before there was a choice has the highest precision', () => {
    const { precision: _, ...config } = tinyConfig;
    expect(parseConfig(JSON.stringify(config), 'memory').precision).toBe('highest');
  });

  it('takes the changes that the flags ask for', () => {
    const config = chooseConfig({ augment: false, warmUp: 0.25, changes: { epochs: 3, seed: 5 } });
    expect(config).toEqual({
      ...chooseConfig({ changes: {} }),
      augment: false,
      epochs: 3,
      seed: 5,
      schedule: { name: 'cosine', warmUp: 0.25 },
    });
  });

  it('keeps what a resumed run was started with, but for its length and where its data are', () => {
    const path = within('resumed');
    const config = { ...tinyConfig, precision: 'medium' as const };
    RunDirectory.create(path, config);
    expect(resumedConfig(path, { changes: { epochs: 5 } })).toEqual({ ...config, epochs: 5 });
    expect(() => resumedConfig(path, { changes: { precision: 'highest' } })).toThrow(
      `--resume goes on with the settings in ${path}; precision cannot change`,
    );
    expect(() => resumedConfig(path, { model: 'nin-svhn', augment: true, changes: { batch: 5 } })).toThrow(
      `--resume goes on with the settings in ${path}; the model, batch, augment cannot change`,
    );
  });
});

describe('metrics', () => {
  const epoch = (number: number): EpochMetrics => ({
    epoch: number,
    step: 10 * number,
    learningRate: 0.1,
    trainLoss: 1 / 3,
    trainError: 0.5,
    testLoss: 2,
    testError: 0.25,
    imagesPerSecond: 1000.5,
    seconds: 7,
  });

  it('come back as they were written, without a line that a crash cut short', () => {
    const path = within('metrics.jsonl');
    for (const number of [1, 2, 3]) appendMetrics(path, epoch(number));
    writeFileSync(path, `${readFileSync(path, 'utf8')}{"epoch":4,"st`);
    expect(readMetrics(path)).toEqual([epoch(1), epoch(2), epoch(3)]);
    keepMetricsUntil(path, 2, 20);
    expect(readFileSync(path, 'utf8')).toBe(`${JSON.stringify(epoch(1))}\n${JSON.stringify(epoch(2))}\n`);
  });

  it('have probes among them, which are another matter', () => {
    const path = within('probed.jsonl');
    const statistics = {
      count: 4,
      notFinite: 4,
      zeros: 0,
      ...{ mean: NaN, deviation: NaN, least: NaN, most: NaN },
    };
    const probes = (step: number): StepProbes => ({
      step,
      probes: [
        { probe: 'activation', name: 'conv', ...statistics },
        {
          probe: 'gradient',
          name: 'conv.weight',
          ...statistics,
          notFinite: 0,
          mean: 0.5,
          least: -1,
          most: 2,
        },
      ],
    });
    for (const step of [1, 6]) appendProbes(path, probes(step));
    appendMetrics(path, epoch(1));
    appendProbes(path, probes(11));
    appendMetrics(path, epoch(2));
    appendProbes(path, probes(21));
    expect(readMetrics(path)).toEqual([epoch(1), epoch(2)]);
    const found = readProbeMetrics(path);
    expect(found.map(({ step, name }) => `${step} ${name}`)).toEqual(
      [1, 6, 11, 21].flatMap((step) => [`${step} conv`, `${step} conv.weight`]),
    );
    expect(found.slice(0, 2)).toMatchObject([{ mean: null }, { mean: 0.5, most: 2, probe: 'gradient' }]);
    // A checkpoint within the second epoch, after three steps.
    keepMetricsUntil(path, 1, 13);
    expect(readMetrics(path)).toEqual([epoch(1)]);
    expect(readProbeMetrics(path)).toEqual(found.slice(0, 6));
    writeFileSync(path, '{"probe":"activation"}\n');
    expect(() => readProbeMetrics(path)).toThrow(`${path}: line 1 is not`);
  });

  it('that are something else are refused', () => {
    const path = within('other.jsonl');
    writeFileSync(path, `${JSON.stringify(epoch(1))}\n{"epoch":2}\n`);
    expect(() => readMetrics(path)).toThrow(`${path}: line 2 is not the metrics of an epoch`);
    writeFileSync(path, [1, 2, 2].map((number) => `${JSON.stringify(epoch(number))}\n`).join(''));
    expect(() => readMetrics(path)).toThrow(
      `${path}: line 3 is not the metrics of an epoch after the one before`,
    );
  });
});

it('the latest run is the one that was saved last', () => {
  const before = process.cwd();
  mkdirSync(within('project/runs'), { recursive: true });
  process.chdir(within('project'));
  try {
    expect(() => RunDirectory.latest()).toThrow('runs/ holds no run that could be resumed');
    for (const [name, time] of [
      ['b', 100],
      ['a', 300],
      ['c', 200],
    ] as const) {
      const run = RunDirectory.create(join('runs', name), tinyConfig);
      writeFileSync(run.last, '');
      utimesSync(run.last, time, time);
    }
    RunDirectory.create(join('runs', 'unsaved'), tinyConfig);
    expect(RunDirectory.latest().path).toBe(join('runs', 'a'));
  } finally {
    process.chdir(before);
  }
});
