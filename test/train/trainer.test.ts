import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { describe, expect, it, vi } from 'vitest';
import { pipelined } from '../../src/train/pipelined.js';
import { checkConfig } from '../../src/train/recipes/config.js';
import { standardisedImages } from '../../src/train/run/data/run-images.js';
import type { EpochMetrics } from '../../src/train/run/metrics.js';
import { runTraining } from '../../src/train/run/run.js';
import { RunError } from '../../src/train/run/run-error.js';
import { assemble, checkFit } from '../../src/train/run/session.js';
import { formatTestError } from '../../src/train/score.js';
import { useDevice } from '../support/device.js';
import { useDirectory } from '../support/directory.js';
import { stripes } from '../support/tiny-mnist.js';
import { SEED, tinyConfig, tinyData } from './run/tiny-run.js';

const directory = useDirectory();

describe('a run', () => {
  const [learning, dead, diverging, memory, whole] = [1, 2, 3, 4, 5].map(() =>
    useDevice({ seed: SEED }),
  ) as Gpu[];
  type Gpu = ReturnType<typeof useDevice>;
  const plain = { ...tinyConfig, dropout: 0, augment: false, width: 0.5 } as const;

  it('learns: the loss on what it trains on falls', async () => {
    const losses: number[] = [];
    const config = {
      ...plain,
      model: 'nin-mnist',
      width: 0.3,
      epochs: 10,
      optimizer: 'adam',
      learningRate: 0.01,
    } as const;
    await runTraining({
      config,
      dataset: { name: 'stripes', train: stripes(80), test: stripes(10) },
      device: learning!.device,
      path: join(directory.path, 'learning'),
      reporter: { finishedEpoch: ({ trainLoss }) => losses.push(trainLoss) },
    });
    expect(losses).toHaveLength(10);
    expect(losses.at(-1)).toBeLessThan(0.6 * Math.log(10));
  });

  it('measures its images a second from its first step on, not from when that is compiled', async () => {
    const { device } = memory!;
    const compile = device.compile.bind(device);
    vi.spyOn(device, 'compile').mockImplementationOnce(async (work) => {
      await setTimeout(1500);
      return compile(work);
    });
    const metrics: EpochMetrics[] = [];
    await runTraining({
      config: { ...plain, epochs: 1 },
      dataset: tinyData,
      device,
      path: join(directory.path, 'measured'),
      reporter: { finishedEpoch: (epoch) => metrics.push(epoch) },
    });
    vi.restoreAllMocks();
    const [{ imagesPerSecond, seconds }] = metrics as [EpochMetrics];
    expect(seconds - 40 / imagesPerSecond).toBeGreaterThan(1.49);
    expect(imagesPerSecond).toBeGreaterThan(0);
  });

  it('warns of a dead start, once', async () => {
    const warnings: string[] = [];
    // Nothing can be learned at this rate, and with the paper's initialisation the logits of so narrow a net are next to 0.
    const config = {
      ...plain,
      width: 0.05,
      init: 'paper',
      linearHead: false,
      learningRate: 1e-12,
      epochs: 12,
    } as const;
    await runTraining({
      config,
      dataset: tinyData,
      device: dead!.device,
      path: join(directory.path, 'dead'),
      reporter: { warned: (text) => warnings.push(text) },
    });
    expect(warnings).toEqual([expect.stringMatching(/^dead start: for 50 steps/)]);
  });

  it('stops with advice when the loss is no number any more', async () => {
    const config = { ...plain, learningRate: 1e20, schedule: { name: 'constant', warmUp: 0 } } as const;
    const run = runTraining({
      config,
      dataset: tinyData,
      device: diverging!.device,
      path: join(directory.path, 'diverging'),
    });
    await expect(run).rejects.toThrow(RunError);
    await expect(run).rejects.toThrow(/^training diverged: .* use a lower learning rate/);
  });

  it.each([
    ['a head that a model lacks', { model: 'conv-maxout-cifar10' }, /head is "gap"/],
    ['groups that name nothing', { groups: [{ match: 'nothing' }] }, /no parameter is called nothing/],
    ['another data set', { model: 'nin-mnist' }, /nin-mnist takes 1x28x28 images/],
  ] as const)('says what is wrong with %s before it prepares any image', async (_, changes, message) => {
    const stages: string[] = [];
    const config = checkConfig({ ...plain, preprocessing: [{ name: 'gcn' }], ...changes }, 'a test');
    const run = runTraining({
      config,
      dataset: tinyData,
      device: dead!.device,
      path: join(directory.path, 'contradicting'),
      reporter: { preparing: ({ stage }) => stages.push(stage) },
    });
    await expect(run).rejects.toThrow(message);
    expect(stages).toEqual([]);
  });

  it('uses no more memory from step to step', async () => {
    const { device } = memory!;
    const session = assemble({ ...plain, batch: 4 }, device, standardisedImages(tinyData));
    const used: number[] = [];
    for await (const _ of session.trainer.epoch()) used.push(device.memory.used);
    expect(used.length).toBe(11);
    // Less it may be: what earlier tests left is given back when the garbage collector finds it.
    expect(Math.max(...used)).toBe(used[0]);
    // Held until here: this would be given back too.
    expect(session.test.count).toBe(20);
  });

  it("trains on an epoch's smaller last batch too, whose loss is the mean over its own images", async () => {
    const config = { ...plain, dropLast: false, batch: 16 };
    const { trainer, model } = assemble(config, whole!.device, standardisedImages(tinyData));
    const counts: number[] = [];
    for await (const { count, lossSum } of trainer.epoch()) {
      counts.push(count);
      // Untrained, each image costs about ln(10).
      expect(lossSum / count).toBeGreaterThan(0.7 * Math.log(10));
      expect(lossSum / count).toBeLessThan(2 * Math.log(10));
    }
    expect(counts).toEqual([16, 16, 12]);
    expect(trainer.position.score.count).toBe(tinyData.train.count);
    // Take the last step once more: the net goes on, and the gradient stays that of the last full batch.
    const norm = await trainer.gradientNorm();
    expect(norm).toBeGreaterThan(0);
    trainer.position = { epoch: 0, step: 2, score: trainer.position.score };
    const before = await model.parameters()[0]!.toArray();
    for await (const _ of trainer.epoch());
    expect(await model.parameters()[0]!.toArray()).not.toEqual(before);
    expect(await trainer.gradientNorm()).toBe(norm);
  });

  it('refuses data of another form, and a device of another seed', () => {
    expect(() => checkFit({ model: 'nin-mnist' }, 'glyphs', tinyData.train)).toThrow(
      'nin-mnist takes 1x28x28 images in 10 classes; glyphs has 3x32x32 images in 10 classes',
    );
    expect(() =>
      assemble({ ...plain, seed: SEED + 1 }, memory!.device, standardisedImages(tinyData)),
    ).toThrow(/seed 7, the config says 8/);
  });
});

describe('pipelined', () => {
  it('gives results in order, whatever order they are ready in', async () => {
    const settle: (() => void)[] = [];
    const work = [0, 1, 2, 3, 4, 5].map(
      (value) => new Promise<number>((done) => settle.push(() => done(value))),
    );
    for (const ready of settle.reverse()) ready();
    const results: number[] = [];
    for await (const result of pipelined(work, () => {})) results.push(result);
    expect(results).toEqual([0, 1, 2, 3, 4, 5]);
  });

  it('starts no more after the consumer has left, and tells the results of what was started', async () => {
    let started = 0;
    function* work() {
      for (;;) yield Promise.resolve(started++);
    }
    const told: number[] = [];
    // Each piece takes a second.
    const clock = () => 1000 * told.length;
    for await (const result of pipelined(work(), (value) => told.push(value), { now: clock }))
      if (result === 2) break;
    expect(told).toEqual(Array.from({ length: started }, (_, index) => index));
    expect(started).toBeLessThan(10);
  });

  it.each([
    ['a few long pieces', 1000, 4],
    ['more that are short', 5, 8],
    ['no end of them that take no time', 0, 16],
  ])('has %s ahead', async (_, milliseconds, most) => {
    let time = 0;
    let started = 0;
    function* work() {
      while (started < 60) yield Promise.resolve(started++);
    }
    const ahead: number[] = [];
    const told = () => {
      time += milliseconds;
    };
    for await (const result of pipelined(work(), told, { now: () => time })) ahead.push(started - result);
    expect(ahead[0]).toBe(4);
    expect(Math.max(...ahead)).toBe(most);
  });

  it('waits for what the next piece needs, and tells meanwhile what comes back', async () => {
    const told: number[] = [];
    let started = 0;
    let come = () => {};
    function* work() {
      while (started < 3) yield Promise.resolve(started++);
    }
    const ready = () =>
      started === 2
        ? new Promise<void>((done) => {
            come = done;
          })
        : undefined;
    const results: number[] = [];
    for await (const result of pipelined(work(), (value) => told.push(value), { ready })) {
      results.push(result);
      if (result === 1) {
        expect([started, told]).toEqual([2, [0, 1]]);
        come();
      }
    }
    expect(results).toEqual([0, 1, 2]);
  });

  it('fails with the failure of what it waits for', async () => {
    const ready = () => Promise.reject(new Error('unreadable'));
    const consume = async () => {
      for await (const _ of pipelined([Promise.resolve(1)], () => {}, { ready }));
    };
    await expect(consume()).rejects.toThrow('unreadable');
  });

  it('fails with the failure of the work', async () => {
    const work = [Promise.resolve(1), Promise.reject(new Error('lost'))];
    const consume = async () => {
      for await (const _ of pipelined(work, () => {}));
    };
    await expect(consume()).rejects.toThrow('lost');
  });
});

it('the last line has the form that programs read', () => {
  expect(formatTestError({ lossSum: 1, correct: 966, count: 1000 })).toBe('test error: 3.40 % (34/1000)');
});
