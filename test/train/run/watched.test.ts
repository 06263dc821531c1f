/** Runs that somebody looks into: with probes, and launch by launch. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readCheckpoint } from '../../../src/train/checkpoints/checkpoint.js';
import { decodeSafetensors } from '../../../src/train/checkpoints/safetensors.js';
import { readMetrics, readProbeMetrics } from '../../../src/train/run/metrics.js';
import { type RunOptions, runTraining } from '../../../src/train/run/run.js';
import { DivergedError } from '../../../src/train/run/run-error.js';
import { NotFiniteError } from '../../../src/train/watch/not-finite-error.js';
import { useDevice } from '../../support/device.js';
import { useDirectory } from '../../support/directory.js';
import { SEED, tinyConfig, tinyData } from './tiny-run.js';

const directory = useDirectory();
const within = (...names: string[]) => join(directory.path, ...names);

const train = (gpu: ReturnType<typeof useDevice>, name: string, options: Partial<RunOptions> = {}) =>
  runTraining({
    config: tinyConfig,
    dataset: tinyData,
    device: gpu.device,
    path: within(name),
    ...options,
  });

const bitsOf = (name: string) =>
  [...readCheckpoint(within(name, 'last.safetensors')).tensors].map(([tensor, { values }]) => [
    tensor,
    Buffer.from(values.buffer).toString('hex'),
  ]);

describe('a run with probes', () => {
  const [plain, stopped, resumed] = [1, 2, 3].map(() => useDevice({ seed: SEED })) as [Gpu, Gpu, Gpu];
  type Gpu = ReturnType<typeof useDevice>;

  it('comes to the bits of one without, though it is stopped within an epoch and goes on', async () => {
    await train(plain, 'plain');
    const controller = new AbortController();
    const { signal } = controller;
    const reporter = { stepped: ({ step }: { step: number }) => step === 3 && controller.abort() };
    expect(await train(stopped, 'probed', { probe: 2, signal, reporter })).toMatchObject({
      state: 'stopped',
    });
    const before = readProbeMetrics(within('probed', 'metrics.jsonl'));
    await train(resumed, 'probed', { probe: 4, resume: true });
    expect(bitsOf('probed')).toEqual(bitsOf('plain'));

    // Six steps an epoch. What was seen of steps that were saved stays; from there on it is every fourth.
    const probes = readProbeMetrics(within('probed', 'metrics.jsonl'));
    const steps = [...new Set(probes.map(({ step }) => step))];
    expect(steps.slice(0, 2)).toEqual([1, 3]);
    expect(steps.slice(-2)).toEqual([5, 9]);
    expect(probes.slice(0, before.length)).toEqual(before);
    const metrics = ['plain', 'probed'].map((name) =>
      readMetrics(within(name, 'metrics.jsonl')).map(({ imagesPerSecond, seconds, ...rest }) => rest),
    );
    expect(metrics[1]).toEqual(metrics[0]);
    expect(readProbeMetrics(within('plain', 'metrics.jsonl'))).toEqual([]);
  });

  it('has every layer and parameter of a step in its metrics', () => {
    const probes = readProbeMetrics(within('probed', 'metrics.jsonl')).filter(({ step }) => step === 9);
    const names = (kind: string) => probes.filter(({ probe }) => probe === kind).map(({ name }) => name);
    expect(names('activation')).toContain('block1.conv');
    expect(names('gradient')).toContain('block1.conv.weight');
    expect(probes.every(({ notFinite, deviation }) => notFinite === 0 && deviation !== null)).toBe(true);
  });
});

describe('a run with probes that diverges', () => {
  const gpu = useDevice({ seed: SEED });

  it('leaves what the probes found of the step at which it stopped', async () => {
    const schedule = { name: 'constant', warmUp: 0 } as const;
    const config = { ...tinyConfig, dropout: 0, learningRate: 1e30, schedule };
    await expect(train(gpu, 'probed-diverging', { config, probe: 1 })).rejects.toThrow(DivergedError);
    const probes = readProbeMetrics(within('probed-diverging', 'metrics.jsonl'));
    expect(probes.some(({ probe, notFinite }) => probe === 'activation' && notFinite > 0)).toBe(true);
  });
});

describe('a run with probes whose reporter fails', () => {
  const gpu = useDevice({ seed: SEED });

  it('writes nothing more: it may be the word that the run is somebody else’s', async () => {
    const reporter = {
      stepped() {
        throw new Error('the screen is gone');
      },
    };
    await expect(train(gpu, 'failing', { probe: 1, reporter })).rejects.toThrow('the screen is gone');
    expect(readProbeMetrics(within('failing', 'metrics.jsonl'))).toEqual([]);
  });
});

describe('a run whose numerics are checked', () => {
  const gpu = useDevice({ seed: SEED });

  it('stops at the launch that made the first infinity, and leaves what that was given', async () => {
    const config = {
      ...tinyConfig,
      ...{ dropout: 0, learningRate: 1e25 },
      schedule: { name: 'constant', warmUp: 0 },
    } as const;
    const error = await train(gpu, 'diverging', { config, checkNumerics: true }).catch((error) => error);
    expect(error).toBeInstanceOf(NotFiniteError);
    const path = within('diverging', 'not-finite.safetensors');
    expect(error.message).toMatch(
      /^step [23] of epoch 1: numbers that are not finite come first from layer "/,
    );
    expect(error.message).toContain(`; all of it is in ${path}`);
    const { tensors, metadata } = decodeSafetensors(readFileSync(path), path);
    const { inputs, ...launch } = (error as NotFiniteError).launch;
    expect(JSON.parse(metadata.launch!)).toEqual(launch);
    expect([...tensors.keys()]).toEqual(inputs.map(({ binding }) => binding));
    expect(inputs.some(({ statistics }) => (statistics?.most ?? 0) > 1e15)).toBe(true);
    for (const { statistics } of inputs) expect(statistics?.notFinite ?? 0).toBe(0);
  });
});
