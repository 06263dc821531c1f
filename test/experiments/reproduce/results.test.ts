import { describe, expect, it } from 'vitest';
import { compareSystems, summariseErrors } from '../../../src/experiments/reproduce/results.js';
import { fakeSystem } from './finished-runs.js';

describe('summariseErrors', () => {
  it('takes the binomial error of one run', () => {
    const system = fakeSystem('nin-cifar10', [{ validation: 0.2, images: 400 }]);
    const summary = summariseErrors(system, 'validation')!;
    expect(summary).toMatchObject({ mean: 0.2, range: [0.2, 0.2], images: 400 });
    expect(summary.standardError).toBeCloseTo(0.02, 12);
  });

  it('adds the spread of the seeds, whose mean it takes', () => {
    const runs = [0.1, 0.2, 0.3].map((test, seed) => ({ test, seed, images: 100 }));
    const summary = summariseErrors(fakeSystem('nin-cifar10', runs), 'test')!;
    expect(summary.mean).toBeCloseTo(0.2, 12);
    expect(summary.range).toEqual([0.1, 0.3]);
    // 0.2 x 0.8 / 100, and a standard deviation of 0.1 over three seeds.
    expect(summary.standardError).toBeCloseTo(Math.sqrt(0.0016 + 0.01 / 3), 12);
  });

  it('says nothing of images that were not scored', () => {
    expect(summariseErrors(fakeSystem('nin-cifar10', [{ test: 0.1 }]), 'validation')).toBeUndefined();
  });
});

describe('compareSystems', () => {
  const compared = (without: number, withDropout: number) =>
    compareSystems(
      [
        fakeSystem('nin-cifar10-no-dropout', [{ validation: without }]),
        fakeSystem('nin-cifar10', [{ validation: withDropout }]),
      ],
      'validation',
    );

  it.each([
    [0.6, 0.5, 'as in the paper'],
    [0.5, 0.6, 'the other way round'],
    [0.6, 0.58, 'unclear'],
    [0.58, 0.6, 'unclear'],
  ] as const)('%f without dropout, %f with: %s', (without, withDropout, verdict) => {
    const [comparison, ...others] = compared(without, withDropout);
    expect(others).toEqual([]);
    expect(comparison).toMatchObject({ verdict, better: { name: 'nin-cifar10' } });
    expect(comparison!.paper).toBeCloseTo(4.1, 9);
    expect(comparison!.here).toBeCloseTo(100 * (without - withDropout), 9);
  });

  it('compares every two of three', () => {
    const names = ['nin-fc-cifar10', 'nin-fc-dropout-cifar10', 'nin-cifar10'];
    const systems = names.map((name) => fakeSystem(name, [{ validation: 0.5 }]));
    const pairs = compareSystems(systems, 'validation').map(({ better, worse }) => [better.name, worse.name]);
    expect(pairs).toEqual([
      ['nin-fc-dropout-cifar10', 'nin-fc-cifar10'],
      ['nin-cifar10', 'nin-fc-cifar10'],
      ['nin-cifar10', 'nin-fc-dropout-cifar10'],
    ]);
  });
});
