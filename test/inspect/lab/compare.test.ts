import { describe, expect, it } from 'vitest';
import { compare } from '../../../src/inspect/lab/compare.js';

describe('a comparison of what was written with what is expected', () => {
  it('tells the first wrong element, how many there are, and how far off the worst is', () => {
    expect(compare([1, 2, 3, 4], [1, 2.5, 3, 6], 0.25)).toEqual({
      worst: 8,
      error: { position: 1, expected: 2, got: 2.5, limit: 0.25, wrong: 2, compared: 4 },
    });
  });

  it('finds all right within the limit, and how much of that was needed', () => {
    expect(compare([1, 2], [1, 2.5], 1)).toEqual({ worst: 0.5 });
    expect(compare([1, 2], [1, 2], 0)).toEqual({ worst: 0 });
  });

  it('allows no difference where none is allowed', () => {
    expect(compare([1], [1 + 2 ** -20], 0)).toMatchObject({ worst: Infinity, error: { position: 0 } });
  });

  it('takes NaN and infinities for what they are', () => {
    expect(compare([NaN, Infinity], [NaN, Infinity], 0)).toEqual({ worst: 0 });
    expect(compare([1], [NaN], 100)).toMatchObject({ worst: Infinity, error: { got: NaN } });
    expect(compare([NaN], [1], 100)).toMatchObject({ error: { expected: NaN } });
    expect(compare([Infinity], [-Infinity], 100)).toMatchObject({ error: { got: -Infinity } });
  });

  it('looks only at the elements that it is to, in their order', () => {
    expect(compare([1, 2, 3], [0, 2, 0], 0, [2, 1])).toMatchObject({
      error: { position: 2, wrong: 1, compared: 2 },
    });
  });
});
