/** How long each launch of a program takes on its device. */
import type { Device } from '../gpu/device.js';
import type { Launch } from '../gpu/program/launch.js';
import type { Program } from '../gpu/program/program.js';
import { type Stopwatch, stopwatch } from '../gpu/stopwatch.js';

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

/** How much more often a launch is repeated where it was over before the clock's next step. */
const LEAP = 30;

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
    const repeats = await enoughRepeats(clock, run, sample);
    const milliseconds: number[] = [];
    while (milliseconds.length < samples) milliseconds.push((await clock.time(() => run(repeats))) / repeats);
    const time = { launch, repeats, milliseconds };
    times.push(time);
    await timed(time);
  }
  return times;
}

/** As often as a launch must be repeated to take about so long; also warms it up. */
async function enoughRepeats(
  clock: Stopwatch,
  run: (times: number) => void,
  wanted: number,
): Promise<number> {
  await clock.time(() => run(1));
  let repeats = 1;
  while (repeats < MOST_REPEATS) {
    const took = await clock.time(() => run(repeats));
    if (took >= wanted) break;
    repeats = Math.min(
      MOST_REPEATS,
      Math.ceil(repeats * Math.min(LEAP, (1.2 * wanted) / Math.max(took, 1e-9))),
    );
  }
  return repeats;
}
