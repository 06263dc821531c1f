import { describe, expect, it } from 'vitest';
import { differences, isDifferent, settingsOf, show } from '../../../src/train/recipes/differences.js';

const slow = { learningRate: 0.1, augment: { padding: 4, flip: true } };
const fast = { learningRate: 0.5, augment: { padding: 4, flip: true }, limit: 100 };

describe('settings of several configs', () => {
  it('are all that one of them has, with what each has', () => {
    expect(settingsOf([slow, fast])).toEqual([
      { field: 'learningRate', values: [0.1, 0.5] },
      { field: 'augment', values: [slow.augment, fast.augment] },
      { field: 'limit', values: [undefined, 100] },
    ]);
  });

  it('differ where one has another value, or none', () => {
    expect(settingsOf([slow, slow, fast]).map(isDifferent)).toEqual([true, false, true]);
    expect(settingsOf([slow]).map(isDifferent)).toEqual([false, false]);
    expect(differences(slow, fast)).toEqual([
      { field: 'learningRate', from: 0.1, to: 0.5 },
      { field: 'limit', from: undefined, to: 100 },
    ]);
  });

  it('are shown as people write them', () => {
    expect(['sgd', 0.5, false, undefined, slow.augment].map(show)).toEqual([
      ...['sgd', '0.5', 'false', 'none', '{"padding":4,"flip":true}'],
    ]);
  });
});
