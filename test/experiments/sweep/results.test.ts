import { describe, expect, it } from 'vitest';
import { bestOf } from '../../../src/experiments/sweep/outcome.js';
import { sweepPlot } from '../../../src/experiments/sweep/plot.js';
import { formatCsv } from '../../../src/experiments/sweep/results-csv.js';
import { plotSvg } from '../../../src/files/svg.js';
import { outcomes, over } from './outcomes.js';

describe('the results of a sweep', () => {
  it('name the best: fewest wrong, then the lowest loss, then the first', () => {
    expect(bestOf(outcomes)?.trial.name).toBe('trial-0003');
    expect(bestOf([outcomes[0]!, { ...outcomes[2]!, validation: outcomes[0]!.validation }])).toBe(
      outcomes[0],
    );
  });

  it('are a file for spreadsheets', () => {
    expect(formatCsv(outcomes).split('\r\n')).toEqual([
      'trial,weightDecay,kernelSizes,state,validation_error,validation_wrong,validation_images,validation_loss,epochs,seconds',
      `trial-0001,0.001,"[5,5,3]",done,${2 / 12},2,12,0.75,8,12.3`,
      'trial-0002,0.001,"[3,3,3]",diverged,,,,,1,2',
      `trial-0003,0.00001,"[5,5,3]",done,${2 / 12},2,12,0.5,8,12.3`,
      'trial-0004,0.00001,"[3,3,3]",open,,,,,0,0',
      '',
    ]);
  });

  it('are a plot, with a panel for each field', async () => {
    const spec = sweepPlot(over, outcomes);
    expect(spec).toMatchObject({
      data: {
        values: [
          { trial: 'trial-0001', kind: 'others', field0: 0.001, field1: '[5,5,3]' },
          { trial: 'trial-0003', kind: 'best', field0: 0.00001, field1: '[5,5,3]' },
        ],
      },
    });
    const svg = await plotSvg(spec);
    for (const text of ['weightDecay', 'kernelSizes', '[5,5,3]', 'validation error, %', 'best']) {
      expect(svg).toContain(`>${text}</text>`);
    }
  });
});
