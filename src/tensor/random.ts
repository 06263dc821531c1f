/**
 * Counter-based random numbers: a value is a hash of (seed, stream, index), so it does not depend on what was drawn
 * before, on the order of threads, or on the device. The same hash is written in WGSL in `shaders/random.wgsl`.
 *
 * The hash is pcg3d of Jarzynski & Olano, "Hash Functions for GPU Rendering" (JCGT 9(3), 2020).
 */
export function pcg3d(x: number, y: number, z: number): [number, number, number] {
  let a = (Math.imul(x, 1664525) + 1013904223) >>> 0;
  let b = (Math.imul(y, 1664525) + 1013904223) >>> 0;
  let c = (Math.imul(z, 1664525) + 1013904223) >>> 0;
  a = (a + Math.imul(b, c)) >>> 0;
  b = (b + Math.imul(c, a)) >>> 0;
  c = (c + Math.imul(a, b)) >>> 0;
  a = (a ^ (a >>> 16)) >>> 0;
  b = (b ^ (b >>> 16)) >>> 0;
  c = (c ^ (c >>> 16)) >>> 0;
  a = (a + Math.imul(b, c)) >>> 0;
  b = (b + Math.imul(c, a)) >>> 0;
  c = (c + Math.imul(a, b)) >>> 0;
  return [a, b, c];
}

/** A number in (0, 1), never 0 or 1, from 32 random bits. */
const unit = (bits: number): number => (bits + 0.5) / 2 ** 32;

/** `count` numbers uniform in [low, high), or rather `low` to the single-precision number before `high`. */
export function uniformValues(count: number, seed: number, stream: number, low = 0, high = 1): Float32Array {
  const values = new Float32Array(count);
  const end = Math.fround(high);
  for (let i = 0; i < count; i++) {
    const value = Math.fround(low + (high - low) * unit(pcg3d(seed, stream, i)[0]));
    // Single precision rounds the last few up to `high`: they close the circle at `low`.
    values[i] = value === end ? low : value;
  }
  return values;
}

/** `count` normally distributed numbers, by the Box-Muller transform. */
export function normalValues(count: number, seed: number, stream: number, mean = 0, std = 1): Float32Array {
  const values = new Float32Array(count);
  for (let i = 0; i < count; i++) {
    const [a, b] = pcg3d(seed, stream, i);
    values[i] = mean + std * Math.sqrt(-2 * Math.log(unit(a))) * Math.cos(2 * Math.PI * unit(b));
  }
  return values;
}
