import { describe, expect, it } from 'vitest';
import { findError, halvedBounds, samplePositions } from '../../bench/check.mjs';

describe('samplePositions', () => {
  it('takes every position of a small array', () => {
    expect(samplePositions(5)).toEqual([0, 1, 2, 3, 4]);
    expect(samplePositions(4000)).toHaveLength(4000);
  });

  it('takes one of each of 256 parts of a large one, not always the same of a row', () => {
    const positions: number[] = samplePositions(256 * 64);
    expect(positions.map((position) => Math.floor(position / 64))).toEqual([...Array(256).keys()]);
    expect(new Set(positions.map((position) => position % 64)).size).toBeGreaterThan(32);
  });
});

describe('findError', () => {
  const sine = Float32Array.from({ length: 1000 }, (_, index) => Math.sin(index));

  it('finds nothing where rounding is all there is', () => {
    expect(findError('y', sine, Math.sin)).toBeUndefined();
  });

  it.each([
    ['a value off by a thousandth', (index: number) => Math.sin(index) + (index > 900 ? 1e-3 : 0)],
    ['another number of terms', (index: number) => 1.01 * Math.sin(index)],
    ['what is no number', (index: number) => (index > 900 ? Number.NaN : Math.sin(index))],
  ])('finds %s, and says where', (_, expected) => {
    expect(findError('y', sine, expected)).toMatch(/^y\[\d+\] is -?[\d.e-]+, expected (-?[\d.e-]+|NaN)$/);
  });

  it('finds NaN in a result', () => {
    expect(findError('y', Float32Array.of(1, Number.NaN), () => 1)).toBe('y[1] is NaN, expected 1');
  });

  it('wants whole numbers exactly', () => {
    expect(findError('argmax', Uint32Array.of(1_000_001), () => 1_000_000)).toBe(
      'argmax[0] is 1000001, expected 1000000',
    );
  });
});

describe('halvedBounds', () => {
  const product = ({ a, b, bias }: Record<string, ArrayLike<number>>) => ({
    c: (i: number) => Math.max(0, (a?.[0] ?? 0) * (b?.[i] ?? 0) + (bias?.[0] ?? 0)),
  });
  const inputs = { a: [-3], b: [2, 0], bias: [-10] };

  it('allow each operand a unit in its last place, whatever its sign and that of the others', () => {
    const unit = 2 ** -10;
    const bounds = halvedBounds(product, inputs, ['a', 'b']);
    expect(bounds.c(0)).toBeCloseTo(6 * (2 * unit + unit ** 2), 12);
    // What is smaller than half precision's smallest normal number may become zero.
    expect(bounds.c(1)).toBeCloseTo(3 * (1 + unit) * 2 ** -14, 12);
    expect(halvedBounds(product, inputs, ['b']).c(0)).toBeCloseTo(6 * unit, 12);
  });

  it('add to what single precision is allowed', () => {
    const off = Float32Array.of(1.001, 2);
    const expected = (i: number) => i + 1;
    expect(findError('y', off, expected)).toMatch(/^y\[0\] is 1.001/);
    expect(findError('y', off, expected, () => 1e-3)).toBeUndefined();
    expect(findError('y', off, expected, () => 1e-4)).toMatch(/^y\[0\] is 1.001/);
  });
});
