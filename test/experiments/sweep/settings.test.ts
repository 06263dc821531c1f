import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseDimension } from '../../../src/experiments/sweep/dimension.js';
import { configWith, gridSettings, randomSettings } from '../../../src/experiments/sweep/settings.js';
import { tinyConfig } from '../../train/run/tiny-run.js';

const over = (...texts: string[]) => texts.map(parseDimension);

describe('a grid', () => {
  it('has every combination once, the last field changing fastest', () => {
    expect(gridSettings(over('batch=1,2', 'head=gap,fc,fc-dropout'))).toEqual([
      { batch: 1, head: 'gap' },
      { batch: 1, head: 'fc' },
      { batch: 1, head: 'fc-dropout' },
      { batch: 2, head: 'gap' },
      { batch: 2, head: 'fc' },
      { batch: 2, head: 'fc-dropout' },
    ]);
  });

  it('has no ranges', () => {
    expect(() => gridSettings(over('learningRate=log:1e-3..1'))).toThrow(
      'learningRate is drawn from a range: say how often with --random N',
    );
  });
});

describe('a random search', () => {
  const dimensions = over('learningRate=log:1e-4..1e-1', 'dropout=uniform:0.3..0.7', 'head=gap,fc');

  it('draws the same trials from the same seed, others from another, and more of them begin with the same', () => {
    const ten = randomSettings(dimensions, 10, 3);
    expect(randomSettings(dimensions, 10, 3)).toEqual(ten);
    expect(randomSettings(dimensions, 20, 3).slice(0, 10)).toEqual(ten);
    expect(randomSettings(dimensions, 10, 4)).not.toEqual(ten);
  });

  it('stays within ranges and lists, without repeating a trial', () => {
    const seeds = fc.nat(2 ** 32 - 1);
    fc.assert(
      fc.property(seeds, (seed) => {
        const trials = randomSettings(dimensions, 30, seed);
        expect(new Set(trials.map((trial) => JSON.stringify(trial))).size).toBe(30);
        for (const { learningRate, dropout, head } of trials) {
          expect(learningRate).toBeGreaterThanOrEqual(1e-4);
          expect(learningRate).toBeLessThanOrEqual(1e-1);
          expect(dropout).toBeGreaterThanOrEqual(0.3);
          expect(dropout).toBeLessThanOrEqual(0.7);
          expect(['gap', 'fc']).toContain(head);
        }
      }),
      { numRuns: 20 },
    );
  });

  it('is uniform in the logarithm, or in the number itself', () => {
    const count = 2000;
    const trials = randomSettings(over('learningRate=log:1e-6..1', 'dropout=uniform:0..0.9'), count, 1);
    const below = (field: string, middle: number) =>
      trials.filter((trial) => (trial[field] as number) < middle).length;
    // Of a fair coin's throws within four deviations of a half.
    const margin = 4 * Math.sqrt(count / 4);
    expect(Math.abs(below('learningRate', 1e-3) - count / 2)).toBeLessThan(margin);
    expect(Math.abs(below('dropout', 0.45) - count / 2)).toBeLessThan(margin);
  });

  it('says when there are not so many', () => {
    expect(randomSettings(over('batch=1,2', 'head=gap,fc'), 4, 0)).toHaveLength(4);
    expect(() => randomSettings(over('batch=1,2', 'head=gap,fc'), 5, 0)).toThrow(
      '--random 5: there are only 4 different trials; leave it out to run through all',
    );
  });
});

describe('a config with settings', () => {
  it('has them, in place or within a field, and leaves the base as it was', () => {
    const before = structuredClone(tinyConfig);
    const config = configWith(
      tinyConfig,
      { batch: 3, 'augment.padding': 1, kernelSizes: [3, 3, 3] },
      'a trial',
    );
    expect(config).toEqual({
      ...before,
      batch: 3,
      augment: { padding: 1, flip: true },
      kernelSizes: [3, 3, 3],
    });
    expect(tinyConfig).toEqual(before);
  });

  it.each([
    [{ batch: 0 }, /^a trial: "batch": too small/],
    [{ head: 'tail' }, /^a trial: "head": invalid option/],
    [{ 'schedule.patients': 3 }, /^a trial: "schedule": unrecognized key: "patients"/],
    [{ 'optimizer.name': 'sgd' }, /^a trial: "optimizer.name": optimizer is "adam", which has no fields/],
  ])('%j is refused in words', (settings, message) => {
    expect(() => configWith(tinyConfig, settings, 'a trial')).toThrow(message);
  });
});
