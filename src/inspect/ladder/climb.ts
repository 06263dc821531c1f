/** Climbs a ladder: every step checked against the first, and timed in turns with the others. */
import type { Device } from '../../gpu/device.js';
import type { Launch } from '../../gpu/program/launch.js';
import type { Constants } from '../../gpu/shaders/shader.js';
import { readShader, specialise } from '../../gpu/shaders/shader.js';
import { stopwatch } from '../../gpu/stopwatch.js';
import { tidy } from '../../tensor/tidy.js';
import { compare } from '../lab/compare.js';
import { type DeviceLimits, measureLimits } from '../limits.js';
import { type Ratio, ratioOf } from '../timing/ratio.js';
import { type Sampler, sampleLength, samplerOf } from '../timing/sampler.js';
import { inTurns } from '../timing/turns.js';
import type { Ladder, Step } from './ladder.js';

/** A shader that a step launches, as the GPU gets it. */
export interface Source {
  readonly kernel: string;
  readonly shader: string;
  readonly entryPoint: string;
  readonly constants: Constants;
  readonly text: string;
}

/** How long a step takes, and what it gains. */
export interface Timed {
  /** Milliseconds: the least of all samples, and between which two the typical one lies. */
  readonly least: number;
  readonly milliseconds: number;
  readonly low: number;
  readonly high: number;
  /** 10^9 operations of the work a second. */
  readonly gflops: number;
  /** How much of what the device can do at best, in arithmetic or in moving memory, whichever takes the work longer; from 0 to 1. */
  readonly share: number;
  /** How many times as long it takes as the step that it improves on; the first has none. */
  readonly beside?: Ratio;
  /** How many times as fast it is as the first. */
  readonly times: number;
}

/** A step that was tried. */
export interface ClimbedStep extends Pick<Step, 'name' | 'idea' | 'madeFor'> {
  /** The step that it improves on; the first has none. */
  readonly after?: string;
  /** Why it was not timed: this device cannot take it, or it computed something else. */
  readonly missing?: string;
  readonly timed?: Timed;
  readonly sources: readonly Source[];
}

/** A ladder that was climbed on a device. */
export interface Climb extends Pick<Ladder, 'name' | 'work' | 'flops' | 'bytes'> {
  readonly adapter: string;
  /** Is it a CPU that plays GPU? */
  readonly software: boolean;
  readonly clock: string;
  readonly limits: DeviceLimits;
  readonly steps: readonly ClimbedStep[];
}

/** A step that can be timed. */
interface Ready {
  readonly step: Step;
  readonly sampler: Sampler;
}

/**
 * Climb.
 * @param seconds to spend on timing each step, at the least
 */
export async function climb(device: Device, ladder: Ladder, { seconds = 0.5 } = {}): Promise<Climb> {
  const { steps, ...about } = ladder;
  const clock = stopwatch(device);
  const length = await sampleLength(device);
  const first = steps[0] as Step;
  const expected = await valuesOf(device, first);
  const ready: Ready[] = [];
  const climbed: ClimbedStep[] = [];
  for (const [index, step] of steps.entries()) {
    const missing = step.refused ?? (await whatIsWrong(device, step, expected, about.limit));
    if (!missing)
      ready.push({ step, sampler: await samplerOf(device, clock, () => void step.work(), length) });
    const after = index === 0 ? undefined : (step.after ?? steps[index - 1]?.name);
    climbed.push({
      ...{ name: step.name, idea: step.idea, madeFor: step.madeFor },
      ...(after !== undefined && { after }),
      ...(missing !== undefined && { missing }),
      sources: step.refused ? [] : sourcesOf(device, step),
    });
  }
  const limits = await measureLimits(device);
  const samples = await inTurns(
    ready.map(({ sampler }) => sampler.sample),
    { milliseconds: 1000 * seconds },
  );
  for (const { sampler } of ready) sampler.dispose();
  const byName = new Map(ready.map(({ step }, index) => [step.name, samples[index] as number[]]));
  return {
    ...{ name: about.name, work: about.work, flops: about.flops, bytes: about.bytes },
    adapter: device.adapter.name,
    software: device.adapter.software,
    clock: clock.name,
    limits,
    steps: climbed.map((step) => withTimes(step, byName, samples[0] as number[], about, limits)),
  };
}

function withTimes(
  step: ClimbedStep,
  samples: ReadonlyMap<string, readonly number[]>,
  first: readonly number[],
  { flops, bytes }: Pick<Ladder, 'flops' | 'bytes'>,
  { gflops, gigabytes }: DeviceLimits,
): ClimbedStep {
  const own = samples.get(step.name);
  if (!own) return step;
  const before = step.after === undefined ? undefined : samples.get(step.after);
  const { ratio, low, high } = ratioOf(
    own,
    own.map(() => 1),
  );
  const atBest = Math.max(flops / gflops, bytes / gigabytes) / 1e6;
  const timed = {
    ...{ least: Math.min(...own), milliseconds: ratio, low, high },
    gflops: flops / ratio / 1e6,
    share: atBest / ratio,
    ...(before && { beside: ratioOf(own, before) }),
    times: 1 / ratioOf(own, first).ratio,
  };
  return { ...step, timed };
}

/** What a step computes. */
async function valuesOf(device: Device, step: Step): Promise<ArrayLike<number>> {
  const result = tidy(device, () => step.work());
  const values = await result.toArray();
  result.dispose();
  return values;
}

/** What is wrong with a step's result, if anything is. */
async function whatIsWrong(
  device: Device,
  step: Step,
  expected: ArrayLike<number>,
  limit: number,
): Promise<string | undefined> {
  const { error } = compare(expected, await valuesOf(device, step), limit);
  if (!error) return undefined;
  return `wrong: element ${error.position} is ${error.got}, and ${error.expected} by the first step`;
}

/** The shaders of a step, each once, as the GPU gets them. */
function sourcesOf(device: Device, { work }: Step): Source[] {
  const { launches } = device.plan(() => tidy(device, () => void work()));
  const sources = new Map(launches.map((launch) => [keyOf(launch), sourceOf(launch)]));
  return [...sources.values()];
}

const keyOf = ({ shader, entryPoint, constants }: Launch): string =>
  `${shader}:${entryPoint}:${JSON.stringify(constants)}`;

const sourceOf = ({ label, shader, entryPoint, constants }: Launch): Source => ({
  kernel: label,
  ...{ shader, entryPoint, constants },
  text: specialise(readShader(shader), constants),
});
