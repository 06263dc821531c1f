/** Times a user's kernel beside what the engine takes, in turns, on what a model launches. */
import type { Device } from '../../gpu/device.js';
import type { Cost, Launch } from '../../gpu/program/launch.js';
import type { Stopwatch } from '../../gpu/stopwatch.js';
import { median } from '../../train/median.js';
import { type DeviceLimits, leastTime } from '../limits.js';
import { type Ratio, ratioOf } from '../timing/ratio.js';
import { samplerOf } from '../timing/sampler.js';
import { inTurns } from '../timing/turns.js';
import type { CheckedCase } from './check-rung.js';

/** What is timed: the same work, done by two kernels. */
export interface SameWork {
  readonly name: string;
  readonly shape: string;
  /** Launches a step. */
  readonly count: number;
  /** The variant, or the kernel, that the engine takes. */
  readonly rival: string;
  /** What the engine launches for it. */
  readonly launches: readonly Launch[];
  readonly theirs: () => void;
  readonly ours: () => void;
  /** How much of the work `theirs` and `ours` do, from 0 to 1: all of it may take too long. */
  readonly share: number;
}

/** How long both take. */
export interface Timed extends Pick<SameWork, 'name' | 'shape' | 'count' | 'rival' | 'share'> {
  /** Median milliseconds of all of the work. */
  readonly theirs: number;
  readonly ours: number;
  /** How many times as long theirs takes as ours. */
  readonly ratio: Ratio;
  readonly cost: Cost;
  /** Milliseconds that it takes at least, by the device's limits. */
  readonly least: number;
}

/** What came of a launch of the model: times, or why there are none. */
export type Beside = Timed | CheckedCase;

/** What times are taken by and held against. */
export interface Workbench {
  readonly device: Device;
  readonly clock: Stopwatch;
  readonly limits: DeviceLimits;
  /** Milliseconds of a sample, at the least: see `sampleLength`. */
  readonly length: number;
  /** Milliseconds to spend on each of the two, at the least. */
  readonly patience: number;
}

/** The least number of turns that can tell two things apart: chance gives all of six ratios one sign once in 32 times. */
const TURNS = 6;

/** Time both. */
export async function timeBeside(
  { device, clock, limits, length, patience }: Workbench,
  { theirs, ours, launches, ...about }: SameWork,
): Promise<Timed> {
  const samplers = [
    await samplerOf(device, clock, theirs, length),
    await samplerOf(device, clock, ours, length),
  ];
  try {
    const contestants = samplers.map(({ sample }) => sample);
    const [their, our] = await inTurns(contestants, { milliseconds: patience, turns: TURNS });
    const sum = (of: (launch: Launch) => number) => launches.reduce((total, launch) => total + of(launch), 0);
    return {
      ...about,
      theirs: median(their as number[]) / about.share,
      ours: median(our as number[]) / about.share,
      ratio: ratioOf(their as number[], our as number[]),
      cost: { flops: sum(({ cost }) => cost?.flops ?? 0), bytes: sum(({ cost }) => cost?.bytes ?? 0) },
      least: sum((launch) => leastTime(launch, device.precision, limits)),
    };
  } finally {
    for (const sampler of samplers) sampler.dispose();
  }
}
