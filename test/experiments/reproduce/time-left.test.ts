import { describe, expect, it } from 'vitest';
import { TimeLeft } from '../../../src/experiments/reproduce/time-left.js';

describe('TimeLeft', () => {
  it('adds up the epochs of all runs, retraining included', () => {
    const left = new TimeLeft([
      [{ epochs: 3, secondsPerEpoch: 10 }],
      [
        { epochs: 2, secondsPerEpoch: 5 },
        { epochs: 2, secondsPerEpoch: 7 },
      ],
    ]);
    expect(left.seconds).toBe(30 + 10 + 14);
    expect([left.runs, left.epochs]).toEqual([2, 7]);
  });

  it('takes finished epochs off, and learns from how long they took', () => {
    const left = new TimeLeft([[{ epochs: 3, secondsPerEpoch: 10 }], [{ epochs: 4, secondsPerEpoch: 5 }]]);
    left.finishedEpoch(0, 20);
    // Half as fast as estimated: 2 x 10 + 4 x 5 seconds become twice that.
    expect(left.seconds).toBe(80);
    left.finishedEpoch(0, 10);
    expect(left.seconds).toBe((30 / 20) * 30);
  });

  it('expects nothing more of a run that ended early', () => {
    const left = new TimeLeft([[{ epochs: 100, secondsPerEpoch: 10 }]]);
    left.finishedEpoch(0, 10);
    left.finishedRun(0);
    expect([left.seconds, left.runs, left.epochs]).toEqual([0, 0, 0]);
    left.finishedEpoch(0, 10);
    expect(left.seconds).toBe(0);
  });
});
