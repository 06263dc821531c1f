import { describe, expect, it } from 'vitest';
import { fromHalf, halvesOf, toHalf, widened } from '../../src/tensor/half.js';

/** Every half that is a finite number of 0 or more, in rising order: their bits are their places. */
const FINITE = Array.from({ length: 0x7c00 }, (_, bits) => fromHalf(bits));

describe('halves', () => {
  it('are the numbers that IEEE 754 says', () => {
    const known = [0x0000, 0x0001, 0x03ff, 0x0400, 0x3555, 0x3c00, 0xc000, 0x7bff].map(fromHalf);
    expect(known).toEqual([0, 2 ** -24, 1023 * 2 ** -24, 2 ** -14, 0.333251953125, 1, -2, 65504]);
    expect(FINITE.every((value, bits) => bits === 0 || value > FINITE[bits - 1]!)).toBe(true);
    expect([0x7c00, 0xfc00, 0x7e00].map(fromHalf)).toEqual([Infinity, -Infinity, NaN]);
    expect(Object.is(fromHalf(0x8000), -0)).toBe(true);
  });

  it('stay as they are', () => {
    for (const [bits, value] of FINITE.entries()) {
      if (toHalf(value) !== bits || toHalf(-value) !== (bits | 0x8000)) expect.fail(`${value}`);
    }
    expect([Infinity, -Infinity, NaN].map(toHalf)).toEqual([0x7c00, 0xfc00, 0x7e00]);
  });

  it('are the nearest to what lies between two of them, the even one of two equally near', () => {
    for (let bits = 0; bits + 1 < FINITE.length; bits++) {
      const [low, high] = [FINITE[bits]!, FINITE[bits + 1]!];
      const middle = (low + high) / 2;
      const step = (high - low) * 2 ** -12; // exact in single precision
      const rounded = [middle - step, middle, middle + step].map(toHalf);
      const even = bits % 2 === 0 ? bits : bits + 1;
      if (rounded.join() !== [bits, even, bits + 1].join()) expect.fail(`${middle}: ${rounded}`);
    }
  });

  it('are infinite where none is large enough', () => {
    expect([65519, 65520, 1e30, -65520].map((value) => fromHalf(toHalf(value)))).toEqual([
      65504,
      Infinity,
      Infinity,
      -Infinity,
    ]);
  });

  it('go in pairs, as words of four bytes', () => {
    expect([...halvesOf(Float32Array.of(1, -2, 0.5))]).toEqual([0x3c00, 0xc000, 0x3800, 0]);
    expect(widened(Uint16Array.of(0x3c00, 0xc000))).toEqual(Float32Array.of(1, -2));
  });
});
