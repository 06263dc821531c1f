import { describe, expect, it } from 'vitest';
import { StepView } from '../../../pages/explain/step-view.js';

describe('StepView', () => {
  const view = () => new StepView({ ms: [1, 2, 5], launches: [1, 1, 1] });

  it('knows where each launch begins and ends, by either measure', () => {
    const step = view();
    expect([1, 2, 3].map((number) => step.start(number))).toEqual([0, 0.125, 0.375]);
    expect([step.end(3), step.whole, step.measure]).toEqual([1, 8, 'ms']);
    step.measureBy('launches');
    expect([step.start(2), step.end(2), step.whole]).toEqual([1 / 3, 2 / 3, 3]);
  });

  it('looks closer around a place, which stays where it is', () => {
    const step = view();
    step.zoom(4, 0.75);
    expect([step.from, step.to]).toEqual([0.5625, 0.8125]);
    expect(step.place(0.75)).toBe(0.75);
    expect(step.at(0)).toBe(0.5625);
  });

  it('looks at nothing outside of the step', () => {
    const step = view();
    step.zoom(2, 0);
    step.pan(-1);
    expect([step.from, step.to]).toEqual([0, 0.5]);
    step.pan(5);
    expect([step.from, step.to]).toEqual([0.5, 1]);
    step.zoom(0.001);
    expect([step.from, step.to]).toEqual([0, 1]);
  });

  it('goes on showing the same launches by another measure', () => {
    const step = view();
    step.show(step.start(2), step.end(2));
    step.measureBy('launches');
    expect(step.from).toBeCloseTo(1 / 3);
    expect(step.to).toBeCloseTo(2 / 3);
    step.show(0, 1);
    step.measureBy('ms');
    expect([step.from, step.to]).toEqual([0, 1]);
  });

  it('tells those who draw', () => {
    const step = view();
    let told = 0;
    step.onChange(() => told++);
    step.pan(0.1);
    step.zoom(2);
    step.measureBy('launches');
    expect(told).toBe(3);
  });
});
