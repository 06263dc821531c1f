import { Tensor } from '../../tensor/tensor.js';
import { checkFloats } from '../check.js';
import { defineKernel, launch } from '../kernel.js';

const WORKGROUP = 256;

/** Words of what a thread leaves. */
const WORDS = 6;

/** The statistics of each thread's elements. */
export const arrayStatisticsKernel = defineKernel({
  name: 'arrayStatistics',
  shader: 'reductions/array_statistics.wgsl',
  entryPoint: 'gather',
  bindings: { x: 'read', parts: 'write' },
  storage: { Stored: ['x'] },
  params: { size: 'u32', threads: 'u32' },
  grid: ({ threads }) => [Math.ceil(threads / WORKGROUP), 1, 1],
  cost: ({ size, threads }, { Stored }) => ({ flops: 6 * size, bytes: Stored * size + 4 * WORDS * threads }),
});

/** What the numbers of an array are like. All but the counts are of those that are finite, and NaN where none is. */
export interface ArrayStatistics {
  readonly count: number;
  /** How many are infinite or NaN. */
  readonly notFinite: number;
  /** How many are 0. */
  readonly zeros: number;
  readonly mean: number;
  /** The root of the mean square of the distances from the mean. */
  readonly deviation: number;
  readonly least: number;
  readonly most: number;
}

/** As many keep a device busy; what they leave is 48 KiB. */
const MOST_THREADS = 2048;

/** Elements of a thread, where there are not many: a thread costs more than a few of them. */
const WORTH_A_THREAD = 16;

/**
 * The statistics of a tensor, in parts, to be read and then joined: `joinStatistics(x.size, await parts.toArray())`.
 * @throws ArgumentError when `x` is of integers
 */
export function gatherStatistics(x: Tensor): Tensor {
  checkFloats('arrayStatistics', 'x', x);
  const threads = Math.max(1, Math.min(MOST_THREADS, Math.ceil(x.size / WORTH_A_THREAD)));
  const parts = new Tensor(x.device, [threads, WORDS], 'u32');
  launch(arrayStatisticsKernel, { x, parts }, { size: x.size, threads });
  return parts;
}

/**
 * Join the parts of an array of `count` elements (Chan, Golub and LeVeque, 1979).
 * @param words what `gatherStatistics` left
 */
export function joinStatistics(count: number, words: Float32Array | Uint32Array): ArrayStatistics {
  const integers = words as Uint32Array;
  const floats = new Float32Array(integers.buffer, integers.byteOffset, integers.length);
  let [finite, zeros, mean, squares] = [0, 0, 0, 0];
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let at = 0; at < integers.length; at += WORDS) {
    const more = integers[at] as number;
    if (more === 0) continue;
    const apart = (floats[at + 2] as number) - mean;
    const both = finite + more;
    zeros += integers[at + 1] as number;
    mean += (apart * more) / both;
    squares += (floats[at + 3] as number) + (apart * apart * finite * more) / both;
    finite = both;
    least = Math.min(least, floats[at + 4] as number);
    most = Math.max(most, floats[at + 5] as number);
  }
  const ofNone = (value: number) => (finite === 0 ? Number.NaN : value);
  return {
    ...{ count, notFinite: count - finite, zeros },
    ...{ mean: ofNone(mean), deviation: ofNone(Math.sqrt(squares / finite)) },
    ...{ least: ofNone(least), most: ofNone(most) },
  };
}
