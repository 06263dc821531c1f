import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { constant, cosine, plateau, type Schedule, step, warmUp } from '../../src/nn/schedule.js';
import { fixtureCases } from '../fixtures/index.js';
import { expectClose } from '../support/close.js';

interface Case {
  name: string;
  options: Record<string, number>;
  outputs: { rates: { data: number[] } };
}
const { cases } = JSON.parse(
  readFileSync(new URL('../fixtures/schedules.json', import.meta.url), 'utf8'),
) as { cases: Case[] };

const fromPyTorch: Record<string, (options: Record<string, number>) => Schedule> = {
  StepLR: ({ stepSize, gamma }) => step({ every: stepSize!, gamma: gamma! }),
  CosineAnnealingLR: ({ lr, tMax, etaMin }) => cosine({ epochs: tMax!, end: etaMin! / lr! }),
};

/** The factors at epochs 0, 1, ..., while the watched value takes the given values. */
function watch(schedule: Schedule, values: readonly number[]): number[] {
  return values.map((value, epoch) => {
    schedule.observe(value);
    return schedule.factor(epoch + 1);
  });
}

describe('schedules', () => {
  it.each(cases)('$name gives the rates of PyTorch', ({ name, options, outputs }) => {
    const schedule = fromPyTorch[name]!(options);
    expect(outputs.rates.data.length).toBeGreaterThan(10);
    outputs.rates.data.forEach((rate, epoch) => {
      expect(options.lr! * schedule.factor(epoch)).toBeCloseTo(rate, 11);
    });
  });

  it('constant stays at 1 and never finishes', () => {
    const schedule = constant();
    schedule.observe(0);
    expect([schedule.factor(0), schedule.factor(1000), schedule.finished]).toEqual([1, 1, false]);
  });

  it('step drops at listed epochs', () => {
    const schedule = step({ at: [2, 3] });
    expect([0, 1, 2, 3, 9].map((epoch) => schedule.factor(epoch))).toEqual([1, 1, 0.1, 0.1 ** 2, 0.1 ** 2]);
  });

  it('cosine stays at its end after the end', () => {
    expect(cosine({ epochs: 4, end: 0.25 }).factor(7)).toBe(0.25);
  });

  it('warm-up rises in a line, then hands over to the schedule after it', () => {
    const schedule = warmUp({ epochs: 4, start: 0.2 }, step({ every: 2, gamma: 0.5 }));
    const factors = [0, 1, 3.5, 4, 5, 6].map((epoch) => schedule.factor(epoch));
    [0.2, 0.4, 0.9, 1, 1, 0.5].forEach((factor, index) => {
      expect(factors[index]).toBeCloseTo(factor, 12);
    });
  });

  it('plateau divides by 10 twice, each after `patience` epochs without a new best, then finishes', () => {
    const schedule = plateau({ patience: 2 });
    const accuracies = [0.5, 0.6, 0.6, 0.55, 0.61, 0.61, 0.61, 0.62, 0.62];
    const factors = watch(schedule, accuracies);
    expect(factors).toEqual([1, 1, 1, 0.1, 0.1, 0.1, 0.1 ** 2, 0.1 ** 2, 0.1 ** 2]);
    expect(schedule.finished).toBe(false);
    schedule.observe(0.62);
    expect(schedule.finished).toBe(true);
    expect(schedule.factor(99)).toBe(0.1 ** 2);
  });

  it('plateau watches a loss from above, and asks for more than its threshold', () => {
    const schedule = plateau({ patience: 1, mode: 'min', threshold: 0.1, gamma: 0.5 });
    expect(watch(schedule, [2, 1.5, 1.45, 1.3])).toEqual([1, 1, 0.5, 0.5]);
  });

  it.each(fixtureCases('plateaus'))(
    'plateau gives the rates of PyTorch: $name',
    ({ options, inputs, outputs }) => {
      const { mode, threshold, threshold_mode, patience, factor, cooldown = 0, min_lr = 0 } = options;
      const schedule = plateau({
        ...{ mode, threshold, thresholdMode: threshold_mode, patience: patience + 1 },
        ...{ gamma: factor, drops: 1000, cooldown, minFactor: min_lr },
      });
      expectClose(watch(schedule, [...inputs.watched.data]), outputs.rates.data, {
        ...{ relative: 1e-11, absolute: 0, label: 'rates' },
      });
      expect(schedule.finished).toBe(false);
    },
  );

  it.each([
    ['plateau', () => plateau({ patience: 2 })],
    ['plateau that rests', () => plateau({ patience: 1, cooldown: 2, thresholdMode: 'rel', threshold: 0.1 })],
    ['plateau after a warm-up', () => warmUp({ epochs: 1 }, plateau({ patience: 2 }))],
  ])('%s goes on from saved state, through JSON, as if never stopped', (_, make) => {
    const values = [0.5, 0.5, 0.5, 0.4, 0.4, 0.7, 0.6, 0.6, 0.6];
    const whole = watch(make(), values);
    for (let stop = 0; stop < values.length; stop++) {
      const first = make();
      const before = watch(first, values.slice(0, stop));
      const second = make();
      second.loadStateDict(JSON.parse(JSON.stringify(first.stateDict())));
      expect([...before, ...watch(second, values.slice(stop))], `stopped after ${stop}`).toEqual(whole);
    }
  });

  it.each([
    ['step schedule: every is 0', () => step({ every: 0 })],
    ['cosine schedule: epochs is 0', () => cosine({ epochs: 0 })],
  ])('refuses what divides by zero: %s', (message, make) => {
    expect(make).toThrow(message);
  });
});
