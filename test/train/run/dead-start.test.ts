import { describe, expect, it } from 'vitest';
import { DeadStartDetector, type StepScore } from '../../../src/train/run/dead-start.js';

const GUESSING: StepScore = { loss: Math.log(10), correct: 6, count: 64 };

/** The first verdict within so many steps of the same score, and the step at which it came. */
function watch(score: StepScore, gradientNorm: number, steps: number): { verdict?: string; step: number } {
  const detector = new DeadStartDetector(10);
  for (let step = 1; step <= steps; step++) {
    detector.observe(score);
    const verdict = detector.suspicious ? detector.verdict(gradientNorm) : undefined;
    if (verdict) return { verdict, step };
  }
  return { step: steps };
}

describe('DeadStartDetector', () => {
  it('names a start without gradient after 50 steps, with what to do', () => {
    const { verdict, step } = watch(GUESSING, 0, 1000);
    expect(step).toBe(50);
    expect(verdict).toMatch(/^dead start: for 50 steps the loss has been 2\.3026 = ln\(10\)/);
    for (const flag of ['--init he', '--lr', '--warm-up', '--linear-head', '--seed'])
      expect(verdict).toContain(flag);
  });

  it('has more patience where a gradient flows', () => {
    expect(watch(GUESSING, 0.01, 1000).step).toBe(500);
  });

  it.each<[string, StepScore]>([
    ['a loss that moves', { ...GUESSING, loss: 2.29 }],
    ['answers better than chance', { ...GUESSING, correct: 20 }],
  ])('says nothing of %s', (_, score) => {
    expect(watch(score, 0, 1000).verdict).toBeUndefined();
  });

  it('counts steps in a row only', () => {
    const detector = new DeadStartDetector(10);
    for (let step = 1; step <= 400; step++) {
      detector.observe(step % 49 === 0 ? { ...GUESSING, loss: 2 } : GUESSING);
      expect(detector.suspicious).toBe(false);
    }
  });

  it('says it once', () => {
    const detector = new DeadStartDetector(10);
    for (let step = 1; step <= 50; step++) detector.observe(GUESSING);
    expect(detector.verdict(0)).toBeDefined();
    for (let step = 1; step <= 500; step++) {
      detector.observe(GUESSING);
      expect(detector.suspicious).toBe(false);
      expect(detector.verdict(0)).toBeUndefined();
    }
  });
});
