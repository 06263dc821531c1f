/** Work that is recorded once and can be timed again and again, in samples that are long enough for the clock. */
import type { Device } from '../../gpu/device.js';
import type { Stopwatch } from '../../gpu/stopwatch.js';
import { tidy } from '../../tensor/tidy.js';
import { timestampResolution } from '../timestamps.js';
import { enoughRepeats } from './repeats.js';

/** A sample takes at least this long, if need be by doing the work many times: a submit has its price. */
const SAMPLE_MS = 10;

/** A sample takes at least this many steps of the clock: then a step more or less is less than half a per cent. */
const SAMPLE_STEPS = 250;

/** Doing it more often than this in one submit makes it long to record, and nothing more precise. */
const MOST_REPEATS = 1000;

/** Recorded work. */
export interface Sampler {
  /** How often a sample does the work. */
  readonly repeats: number;
  /** Do it that often; milliseconds of doing it once. */
  readonly sample: () => Promise<number>;
  dispose(): void;
}

/** Milliseconds of a sample that this device's clock can tell apart from one half a per cent longer, and at least ten. */
export async function sampleLength(device: Device): Promise<number> {
  const nanoseconds = (await timestampResolution(device)) ?? 0;
  return Math.max(SAMPLE_MS, (SAMPLE_STEPS * nanoseconds) / 1e6);
}

/**
 * Record work, which makes tensors and launches kernels, and warm it up.
 * @param length milliseconds of a sample, at the least: see `sampleLength`
 */
export async function samplerOf(
  device: Device,
  clock: Stopwatch,
  work: () => void,
  length: number,
): Promise<Sampler> {
  const programOf = (times: number) =>
    device.record(() => {
      for (let count = 0; count < times; count++) tidy(device, work);
    });
  let [program, repeats] = [programOf(1), 1];
  const repeat = (times: number) => {
    if (times === repeats) return;
    program.dispose();
    [program, repeats] = [programOf(times), times];
  };
  const timeOf = (times: number) => {
    repeat(times);
    return clock.time(() => program.run());
  };
  repeat(await enoughRepeats(timeOf, length, MOST_REPEATS));
  return {
    repeats,
    sample: async () => (await clock.time(() => program.run())) / repeats,
    dispose: () => program.dispose(),
  };
}
