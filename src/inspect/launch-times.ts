/** How long each launch of a program takes on its device. */
import type { Device } from '../gpu/device.js';
import type { Launch } from '../gpu/program/launch.js';
import type { Program } from '../gpu/program/program.js';
import { stopwatch } from '../gpu/stopwatch.js';
import { enoughRepeats } from './timing/repeats.js';

/** How precisely to measure. */
export interface LaunchTimesOptions {
  /** Milliseconds that a sample takes at least, by repeating the launch (default 10): clocks have steps, and submits a price. */
  readonly sample?: number;
  /** Samples of each launch (default 5). */
  readonly samples?: number;
}

/** A launch, and how long it takes. */
export interface LaunchTime {
  readonly launch: Launch;
  /** How often each sample repeats it. */
  readonly repeats: number;
  /** Milliseconds of one launch, by sample. */
  readonly milliseconds: readonly number[];
}

/** More in one submit take the host long to encode, and the driver much memory. */
const MOST_REPEATS = 10_000;

/**
 * Time each launch of a program, in their order, by repeating it alone: each waits for the one before it, as in the program. What
 * it reads is in the caches, where they are large enough, as what the launch before it wrote is in a run. Their sum is thus what
 * a run should take; where it is far less, caches are what makes the difference.
 *
 * Memory holds what it does in a run, except that what is added to, or updated in place, is over and over: results and
 * parameters are of no use afterwards.
 * @param timed is called after each launch; what it promises is waited for
 */
export async function timeLaunches(
  device: Device,
  program: Program<unknown>,
  { sample = 10, samples = 5 }: LaunchTimesOptions = {},
  timed: (time: LaunchTime) => unknown = () => {},
): Promise<LaunchTime[]> {
  const clock = stopwatch(device);
  const times: LaunchTime[] = [];
  for (const { launch, run } of program.oneByOne()) {
    const repeats = await enoughRepeats((times) => clock.time(() => run(times)), sample, MOST_REPEATS);
    const milliseconds: number[] = [];
    while (milliseconds.length < samples) milliseconds.push((await clock.time(() => run(repeats))) / repeats);
    const time = { launch, repeats, milliseconds };
    times.push(time);
    await timed(time);
  }
  return times;
}
