import { describe, expect, it } from 'vitest';
import { expectClose } from './close.js';

const tolerance = { relative: 0.01, absolute: 0.001, label: 'y' };

describe('expectClose', () => {
  it('accepts values within their bounds', () => {
    expectClose([1.0109, -0.0009, 100, Infinity], [1, 0, 101, Infinity], tolerance);
    expectClose([], [], tolerance);
  });

  it('names the worst element, its values, its error and its bound', () => {
    expect(() => expectClose([1, 2.5, 3.5, 4], [1, 2, 3, 4], tolerance)).toThrow(
      /^y: 2 of 4 values beyond the bound; the worst, at index 1: actual 2.5, expected 2, error 0.5, bound 0.021$/,
    );
  });

  it('gives the index along each axis where the shape is known', () => {
    expect(() =>
      expectClose([0, 0, 0, 0, 0, 9], [0, 0, 0, 0, 0, 0], { ...tolerance, shape: [2, 3] }),
    ).toThrow('at index 5 [1, 2]');
  });

  it.each([
    ['NaN', [1, Number.NaN], [1, 2]],
    ['an expected NaN', [1, 2], [1, Number.NaN]],
    ['NaN on both sides', [Number.NaN], [Number.NaN]],
    ['an infinity', [Infinity], [1]],
    ['the other infinity', [Infinity], [-Infinity]],
    ['an infinity that is missing', [1], [Infinity]],
  ])('rejects %s', (_, actual, expected) => {
    expect(() => expectClose(actual, expected, tolerance)).toThrow('beyond the bound');
  });

  it('rejects another length', () => {
    expect(() => expectClose([1, 2], [1], tolerance)).toThrow('y: 2 values, expected 1');
  });

  it('rejects any difference where the bound is zero', () => {
    expect(() => expectClose([1e-30], [0], { ...tolerance, absolute: 0 })).toThrow('beyond the bound');
  });
});
