import { describe, expect, it } from 'vitest';
import { formatBest, formatTable } from '../../../src/cli/output/sweep-text.js';
import { outcomes } from '../../experiments/sweep/outcomes.js';

describe('the results of a sweep, for people', () => {
  it('are a table in which columns stand below one another', () => {
    expect(formatTable(outcomes)).toBe(
      [
        'trial       weightDecay  kernelSizes  validation error  wrong    loss  epochs',
        'trial-0001  0.001        [5,5,3]               16.67 %   2/12  0.7500       8',
        'trial-0002  0.001        [3,3,3]              diverged                      1',
        'trial-0003  0.00001      [5,5,3]               16.67 %   2/12  0.5000       8',
        'trial-0004  0.00001      [3,3,3]                  open',
        '',
      ].join('\n'),
    );
  });

  it('name the best', () => {
    expect(formatBest(outcomes)).toBe(
      'best: trial-0003, validation error 16.67 % (2/12): weightDecay=0.00001 kernelSizes=[5,5,3]',
    );
    expect(formatBest([outcomes[1]!])).toBe('best: none, every trial diverged');
  });
});
