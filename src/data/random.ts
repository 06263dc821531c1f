/**
 * Random numbers for the host side: xoshiro128** (Blackman and Vigna, "Scrambled linear pseudorandom number
 * generators", 2021), which needs only 32-bit integer operations, so that a seed gives the same numbers everywhere.
 */
import { ArgumentError } from '../errors/errors.js';

/** Scrambles 32 bits so that each input bit reaches every output bit (the finaliser of MurmurHash3). */
function mix(bits: number): number {
  let h = bits;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}

const rotateLeft = (x: number, by: number): number => (x << by) | (x >>> (32 - by));

export class Random {
  private readonly state = new Int32Array(4);

  /**
   * @param keys non-negative integers below 2^53 that name the sequence, such as a seed and the number of an image:
   * sequences whose keys differ anywhere are unrelated.
   */
  constructor(...keys: readonly number[]) {
    for (let word = 0; word < 4; word++) {
      let h = mix(0x9e3779b9 * (word + 1));
      for (const key of keys) {
        if (!Number.isSafeInteger(key) || key < 0) {
          throw new ArgumentError('Random', 'the seed', `${key} is not a non-negative integer below 2^53`);
        }
        h = mix(h + (key | 0));
        h = mix(h + Math.floor(key / 2 ** 32) + 0x9e3779b9);
      }
      this.state[word] = h;
    }
    // The all-zero state would repeat itself for ever.
    this.state[3]! |= 1;
  }

  /** 32 random bits, as an unsigned integer. */
  bits(): number {
    const s = this.state;
    const result = Math.imul(rotateLeft(Math.imul(s[1]!, 5), 7), 9);
    const shifted = s[1]! << 9;
    s[2]! ^= s[0]!;
    s[3]! ^= s[1]!;
    s[1]! ^= s[2]!;
    s[0]! ^= s[3]!;
    s[2]! ^= shifted;
    s[3] = rotateLeft(s[3]!, 11);
    return result >>> 0;
  }

  /** Uniform in `[low, high)`. */
  between(low: number, high: number): number {
    return low + (high - low) * (this.bits() / 2 ** 32);
  }

  /** A uniform integer in `[0, limit)`; `limit` is at most 2^32. Without bias: draws from the uneven tail are redone. */
  below(limit: number): number {
    const even = 2 ** 32 - (2 ** 32 % limit);
    let drawn = this.bits();
    while (drawn >= even) drawn = this.bits();
    return drawn % limit;
  }

  /**
   * Bell-shaped with mean 0 and standard deviation 1: the sum of the four bytes of one draw, within +-3.5. Exact on
   * every platform, which a logarithm is not.
   */
  bell(): number {
    const b = this.bits();
    const sum = (b & 255) + ((b >>> 8) & 255) + ((b >>> 16) & 255) + (b >>> 24);
    return (sum - 510) / BELL_DEVIATION;
  }
}

/** Standard deviation of the sum of four uniform bytes, each with variance (256^2 - 1) / 12. */
const BELL_DEVIATION = Math.sqrt((4 * (256 ** 2 - 1)) / 12);
