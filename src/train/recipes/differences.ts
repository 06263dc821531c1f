/** In which settings configs differ. */
import { isDeepStrictEqual } from 'node:util';
import type { RunConfig } from './config.js';

/** A field of a config in which two differ. */
export interface Difference {
  readonly field: string;
  readonly from: unknown;
  readonly to: unknown;
}

export const differences = (from: Partial<RunConfig>, to: Partial<RunConfig>): Difference[] =>
  settingsOf([from, to])
    .filter(isDifferent)
    .map(({ field, values: [from, to] }) => ({ field, from, to }));

/** A setting's value, for people. */
export const show = (value: unknown): string =>
  value === undefined ? 'none' : typeof value === 'string' ? value : JSON.stringify(value);

/** A setting, and its value in each of several configs. */
export interface Setting {
  readonly field: string;
  readonly values: readonly unknown[];
}

/** The settings of several configs, in the order in which the configs have them. */
export function settingsOf(configs: readonly Partial<RunConfig>[]): Setting[] {
  const fields = [...new Set(configs.flatMap((config) => Object.keys(config)))] as (keyof RunConfig)[];
  return fields.map((field) => ({ field, values: configs.map((config) => config[field]) }));
}

/** Has it another value in one config than in another? */
export const isDifferent = ({ values }: Setting): boolean =>
  values.some((value) => !isDeepStrictEqual(value, values[0]));
