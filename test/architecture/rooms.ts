/** Rules for folders: a room that one look takes in, and a map of the house that shows every floor. */
import { posix } from 'node:path';

/** A folder of more files wants rooms. */
export const LARGEST_ROOM = 20;

/** One line for every folder of more than {@link LARGEST_ROOM} files, subfolders not counted. */
export function crowdedRooms(paths: readonly string[]): string[] {
  const counts = new Map<string, number>();
  for (const path of paths) counts.set(posix.dirname(path), (counts.get(posix.dirname(path)) ?? 0) + 1);
  return [...counts]
    .filter(([, count]) => count > LARGEST_ROOM)
    .map(([folder, count]) => `${folder} has ${count} files`);
}

/** The floors that a text lists, each at the beginning of a line, in its order: `src/gpu/   device, ...`. */
export const floorsListedIn = (text: string): string[] =>
  [...text.matchAll(/^[ *|`]*src\/(\w+)\//gm)].map(([, floor = '']) => floor);
