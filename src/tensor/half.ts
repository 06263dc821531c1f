/**
 * IEEE 754's half precision on the host, whose arrays have no such elements: a sign, 5 bits of exponent and 10 of fraction, with a
 * hidden leading 1 unless the exponent is 0. The largest is 65504, the smallest 2^-24.
 */

const SINGLE = new Float32Array(1);
const BITS = new Uint32Array(SINGLE.buffer);

/** The number that a half's 16 bits stand for. */
export function fromHalf(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0x1f) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (0x400 + fraction) * 2 ** (exponent - 25);
}

/**
 * The 16 bits of the half nearest to a single-precision number, of two equally near the one that ends in 0. What is too large for
 * any becomes infinite, as on the device and in PyTorch.
 */
export function toHalf(value: number): number {
  SINGLE[0] = value;
  const bits = BITS[0] as number;
  const sign = (bits >>> 16) & 0x8000;
  const magnitude = bits & 0x7fffffff;
  if (magnitude > 0x7f800000) return sign | 0x7e00;
  if (magnitude >= 0x477ff000) return sign | 0x7c00; // from 65520 on
  // Below 2^-14 a half counts in steps of 2^-24. Math.round would send ties up.
  if (magnitude < 0x38800000) return sign | roundToEven(Math.abs(SINGLE[0] as number) * 2 ** 24);
  // The exponent's bias goes from 127 to 15, and 13 bits of the fraction go; one that rounds up all the way adds to the exponent.
  return sign | roundToEven((magnitude - (112 << 23)) / 2 ** 13);
}

function roundToEven(value: number): number {
  const below = Math.floor(value);
  const rest = value - below;
  return rest > 0.5 || (rest === 0.5 && below % 2 === 1) ? below + 1 : below;
}

/** Halves as the numbers that they are. */
export const widened = (halves: Uint16Array): Float32Array => Float32Array.from(halves, fromHalf);

/** Numbers rounded to halves; and a zero behind an odd number of them, since WebGPU copies whole words of four bytes. */
export function halvesOf(values: Float32Array): Uint16Array {
  const halves = new Uint16Array(Math.ceil(values.length / 2) * 2);
  values.forEach((value, index) => {
    halves[index] = toHalf(value);
  });
  return halves;
}
