/** What the trials of a sweep are: for each the values of the fields that are varied. */
import { z } from 'zod';
import { Random } from '../../data/random.js';
import { checkConfig, type RunConfig } from '../../train/recipes/config.js';
import { RunError } from '../../train/run/run-error.js';
import { type Dimension, formatValue, type Range } from './dimension.js';

type Json = z.infer<ReturnType<typeof z.json>>;

export const settingsSchema = z.record(z.string(), z.json());

/** Values by field, in the order in which the fields were named. */
export type Settings = Readonly<z.infer<typeof settingsSchema>>;

/**
 * Every combination; the field that was named last changes fastest.
 * @throws RunError when a field has a range: it has no last value
 */
export function gridSettings(over: readonly Dimension[]): Settings[] {
  return over.reduce<Settings[]>(
    (settings, dimension) => {
      if ('scale' in dimension) {
        throw new RunError(`${dimension.field} is drawn from a range: say how often with --random N`);
      }
      const { field, values } = dimension;
      return settings.flatMap((others) => values.map((value) => ({ ...others, [field]: value })));
    },
    [{}],
  );
}

/** Draws in a row that may repeat earlier trials before there are taken to be no others. */
const PATIENCE = 1000;

/**
 * `count` combinations, drawn at random, each once. The same seed draws the same, and more begin with the same.
 * @throws RunError when there are fewer
 */
export function randomSettings(over: readonly Dimension[], count: number, seed: number): Settings[] {
  const random = new Random(seed);
  const drawn = new Map<string, Settings>();
  for (let repeats = 0; drawn.size < count; ) {
    const settings = Object.fromEntries(over.map((dimension) => [dimension.field, draw(dimension, random)]));
    const key = JSON.stringify(settings);
    repeats = drawn.has(key) ? repeats + 1 : 0;
    if (repeats > PATIENCE) {
      throw new RunError(
        `--random ${count}: there are only ${drawn.size} different trials; leave it out to run through all`,
      );
    }
    if (repeats === 0) drawn.set(key, settings);
  }
  return [...drawn.values()];
}

const draw = (dimension: Dimension, random: Random): Json =>
  'scale' in dimension
    ? drawFromRange(dimension, random)
    : (dimension.values[random.below(dimension.values.length)] as Json);

function drawFromRange({ scale, from, to }: Range, random: Random): number {
  const value =
    scale === 'log' ? Math.exp(random.between(Math.log(from), Math.log(to))) : random.between(from, to);
  // Three digits say all that matters, read well in a table, and are the same wherever logarithms differ in their last bit.
  return Math.min(to, Math.max(from, Number(value.toPrecision(3))));
}

/**
 * A config with other values in some fields.
 * @param source what the result is, for errors
 * @throws RunError when it is not a config
 */
export function configWith(base: RunConfig, settings: Settings, source: string): RunConfig {
  const config = structuredClone(base) as Record<string, unknown>;
  for (const [path, value] of Object.entries(settings)) {
    const names = path.split('.');
    const last = names.pop() as string;
    let inner = config;
    for (const name of names) {
      const next = inner[name];
      if (typeof next !== 'object' || next === null) {
        throw new RunError(`${source}: "${path}": ${name} is ${JSON.stringify(next)}, which has no fields`);
      }
      inner = next as Record<string, unknown>;
    }
    inner[last] = value;
  }
  return checkConfig(config, source);
}

/** `weightDecay=0.001 kernelSizes=[5,5,3]` */
export const formatSettings = (settings: Settings): string =>
  Object.entries(settings)
    .map(([field, value]) => `${field}=${formatValue(value)}`)
    .join(' ');
