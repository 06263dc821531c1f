import { describe, expect, it } from 'vitest';
import { probeSeries } from '../../../src/inspect/report/probe-series.js';
import type { ProbeMetrics } from '../../../src/train/run/metrics.js';

const probeOf = (name: string, step: number, changes: Partial<ProbeMetrics> = {}): ProbeMetrics => ({
  ...{ probe: 'activation', name, step, count: 8, notFinite: 0, zeros: 2 },
  ...{ mean: 0.5, deviation: step, least: 0, most: 1 },
  ...changes,
});

describe('what probes found', () => {
  it('is told tensor by tensor, in the order in which a step has them', () => {
    const steps = [1, 11].flatMap((step) => [
      probeOf('conv', step),
      probeOf('relu', step, { zeros: 4 }),
      probeOf('conv', step, { probe: 'gradient', deviation: null, notFinite: step === 11 ? 3 : 0 }),
    ]);
    const series = probeSeries(steps);
    expect(series.map(({ probe, name }) => [probe, name])).toEqual([
      ['activation', 'conv'],
      ['activation', 'relu'],
      ['gradient', 'conv'],
    ]);
    expect(series[0]).toMatchObject({ steps: [1, 11], deviations: [1, 11], last: probeOf('conv', 11) });
    expect(series[1]!.zeros).toEqual([0.5, 0.5]);
    expect(series[2]).toMatchObject({ deviations: [null, null], notFinite: 3 });
  });

  it('is thinned out where there are more steps than a small curve shows, but for the last', () => {
    const steps = Array.from({ length: 1001 }, (_, step) => probeOf('conv', step + 1));
    const [series] = probeSeries(steps);
    expect(series!.steps.length).toBeLessThanOrEqual(200);
    expect(series!.steps.length).toBeGreaterThan(100);
    expect(series!.steps.at(-1)).toBe(1001);
  });
});
