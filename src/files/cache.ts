/** Where what can be made anew is kept between processes: `~/.cache/dawngrad`, or below what `XDG_CACHE_HOME` names. */
import { homedir } from 'node:os';
import { join } from 'node:path';

/** A place in the user's cache; it may not be there. */
export const inCache = (...names: readonly string[]): string =>
  join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'dawngrad', ...names);
