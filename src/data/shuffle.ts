import { Random } from './random.js';

/**
 * The order in which an epoch visits `count` images: a permutation of 0..count-1 by Fisher and Yates, every one equally
 * likely, the same for the same `(seed, epoch)` on every machine.
 */
export function shuffle(count: number, seed: number, epoch: number): Uint32Array {
  const random = new Random(seed, epoch);
  const order = Uint32Array.from({ length: count }, (_, index) => index);
  for (let last = count - 1; last > 0; last--) {
    const other = random.below(last + 1);
    const moved = order[last]!;
    order[last] = order[other]!;
    order[other] = moved;
  }
  return order;
}
