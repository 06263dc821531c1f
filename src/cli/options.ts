/** Options that several commands share, and the checks of their values. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { AdapterOptions } from '../gpu/adapter.js';
import type { DeviceOptions } from '../gpu/open-device.js';
import { PRECISIONS, type Precision, renamed } from '../gpu/precision.js';
import { VARIANTS } from '../kernels/products/ladder/ladder.js';
import type { RunConfig } from '../train/recipes/config.js';
import { deviceSettings } from '../train/run/session.js';

/** A whole number of at least `least`. */
export const wholeNumber =
  (least: number, most = Number.MAX_SAFE_INTEGER) =>
  (text: string): number => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= least && value <= most) return value;
    const range = most === Number.MAX_SAFE_INTEGER ? `of at least ${least}` : `from ${least} to ${most}`;
    throw new InvalidArgumentError(`It must be a whole number ${range}.`);
  };

/** How often something is done: `10m` or `500steps`; `off` for never. */
export function interval(text: string): RunConfig['checkpointEvery'] {
  if (text === 'off') return false;
  const [, minutes, steps] = /^(?:(\d+(?:\.\d+)?) ?m(?:in)?|(\d+) ?steps?)$/.exec(text) ?? [];
  if (Number(minutes) > 0) return { minutes: Number(minutes) };
  if (Number(steps) > 0) return { steps: Number(steps) };
  throw new InvalidArgumentError(
    'It must be a time in minutes, as 10m, a number of steps, as 500steps, or off.',
  );
}

/** The size of an image: `3x32x32`, its channels, rows and columns. */
export function size(text: string): [number, number, number] {
  const sides = /^([1-9]\d*)x([1-9]\d*)x([1-9]\d*)$/.exec(text)?.slice(1).map(Number);
  if (sides?.every(Number.isSafeInteger)) return sides as [number, number, number];
  throw new InvalidArgumentError('It must be channels, rows and columns, as 3x32x32.');
}

/** An option that may be repeated: all its values. */
export const append = (text: string, earlier: readonly string[] = []): string[] => [...earlier, text];

/** Names of preprocessing steps, in order: `gcn,zca`. What they are, the config's schema knows. */
export const steps = (text: string): { name: string }[] =>
  text.split(',').map((name) => ({ name: name.trim() }));

interface Range {
  /** The number is this or larger. */
  readonly least?: number;
  /** The number is larger than this. */
  readonly above?: number;
  /** The number is this or smaller. */
  readonly most?: number;
  /** The number is smaller than this. */
  readonly below?: number;
}

/** A number in a range. */
export const number =
  ({ least, above, most, below }: Range) =>
  (text: string): number => {
    const value = Number(text);
    const fits =
      text.trim() !== '' &&
      Number.isFinite(value) &&
      (least === undefined || value >= least) &&
      (above === undefined || value > above) &&
      (most === undefined || value <= most) &&
      (below === undefined || value < below);
    if (fits) return value;
    const bounds = [
      ...(least === undefined ? [] : [`at least ${least}`]),
      ...(above === undefined ? [] : [`more than ${above}`]),
      ...(most === undefined ? [] : [`at most ${most}`]),
      ...(below === undefined ? [] : [`less than ${below}`]),
    ];
    throw new InvalidArgumentError(`It must be a number, ${bounds.join(' and ')}.`);
  };

/** Seconds to spend on timing something in turns with others: it ends after sixty turns, which a minute has room for. */
export const timingSeconds = number({ above: 0, most: 60 });

/** An option whose value is one of a few words. */
export const choice = (flags: string, description: string, choices: readonly string[]): Option =>
  new Option(flags, description).choices(choices);

/** Which adapter to compute on, by default the best there is. */
export interface DeviceFlags {
  adapter?: string;
  backend?: string;
}

/** Adds the options that choose an adapter. */
export const withDeviceFlags = (command: Command): Command =>
  command
    .option('--adapter <name>', "a part of the adapter's name, as `dawngrad doctor` lists it")
    .option('--backend <name>', "Dawn's backend: vulkan, metal, d3d12, ...");

/** The adapter that the flags ask for. */
export const adapterOptions = ({ adapter, backend }: DeviceFlags): AdapterOptions => ({
  ...(adapter !== undefined && { adapter }),
  ...(backend !== undefined && { backend }),
});

/** The options of a device for a run with this config. */
export const deviceOptions = (flags: DeviceFlags, config: RunConfig): DeviceOptions => ({
  ...adapterOptions(flags),
  ...deviceSettings(config),
});

/** How long a process may take: runs of days fit into pieces of minutes. */
export interface MinutesFlag {
  minutes?: number;
}

export const minutesFlag = (): Option =>
  new Option(
    '--minutes <n>',
    'stop when the process has run for so long, with a checkpoint and exit status 0, and say what is left',
  ).argParser(number({ above: 0 }));

/** Which kernels are taken, where that is not left to the engine. */
export interface ForceFlag {
  force?: string;
}

export const forceFlag = (): Option =>
  new Option(
    '--force <variant>',
    'compute matrix products by this kernel wherever it can; `dawngrad explain` says which are',
  ).choices(VARIANTS);

/** How the device computes. */
export interface PrecisionFlag {
  precision?: Precision;
}

/**
 * Its old names are understood, and not told of.
 * @param byDefault whose precision it is without the flag
 */
export function precisionFlag(byDefault: string): Option {
  const flag = choice(
    '--precision <name>',
    `what matrix products may round their operands to, where that is faster (default: ${byDefault})`,
    PRECISIONS,
  );
  const check = flag.parseArg as (name: string, before: unknown) => unknown;
  return flag.argParser((name, before) => check(renamed(name) as string, before));
}
