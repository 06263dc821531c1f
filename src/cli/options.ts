/** Options that several commands share, and the checks of their values. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { Precision } from '../gpu/adapter.js';

/** A whole number of at least `least`. */
export const wholeNumber =
  (least: number, most = Number.MAX_SAFE_INTEGER) =>
  (text: string): number => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= least && value <= most) return value;
    const range = most === Number.MAX_SAFE_INTEGER ? `of at least ${least}` : `from ${least} to ${most}`;
    throw new InvalidArgumentError(`It must be a whole number ${range}.`);
  };

interface Range {
  readonly least?: number;
  /** Excluded. */
  readonly above?: number;
  /** Excluded. */
  readonly below?: number;
}

/** A number in a range. */
export const number =
  ({ least, above, below }: Range) =>
  (text: string): number => {
    const value = Number(text);
    const fits =
      text.trim() !== '' &&
      Number.isFinite(value) &&
      (least === undefined || value >= least) &&
      (above === undefined || value > above) &&
      (below === undefined || value < below);
    if (fits) return value;
    const bounds = [
      ...(least === undefined ? [] : [`at least ${least}`]),
      ...(above === undefined ? [] : [`more than ${above}`]),
      ...(below === undefined ? [] : [`less than ${below}`]),
    ];
    throw new InvalidArgumentError(`It must be a number, ${bounds.join(' and ')}.`);
  };

export const choice = (flags: string, description: string, choices: readonly string[]): Option =>
  new Option(flags, description).choices(choices);

/** Which adapter to compute on, by default the best there is, and how. */
export interface DeviceFlags {
  adapter?: string;
  backend?: string;
  precision?: Precision;
}

const PRECISIONS = ['single', 'half'] as const satisfies Precision[];

export const withDeviceFlags = (command: Command): Command =>
  command
    .option('--adapter <name>', "a part of the adapter's name, as `dawngrad doctor` lists it")
    .option('--backend <name>', "Dawn's backend: vulkan, metal, d3d12, ...")
    .addOption(choice('--precision <name>', 'what matrix products may round their operands to', PRECISIONS));

export const deviceOptions = ({ adapter, backend, precision }: DeviceFlags): DeviceFlags => ({
  ...(adapter !== undefined && { adapter }),
  ...(backend !== undefined && { backend }),
  ...(precision !== undefined && { precision }),
});
