import { existsSync, mkdirSync, rmSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

/**
 * Make a directory, and those above it where they are missing. Step by step, since Node's own `recursive` never comes back
 * where a directory cannot be made though the one above it is there, as under /proc.
 * @returns the topmost directory that was made, to undo it; undefined when all were there
 * @throws the file system's error, also where a file has that name; nothing is left behind then
 */
export function makeDirectory(path: string): string | undefined {
  const absolute = resolve(path);
  const found = statSync(absolute, { throwIfNoEntry: false });
  if (found?.isDirectory()) return undefined;
  // As the system says of what would lie below it.
  if (found) throw Object.assign(new Error(`ENOTDIR: not a directory, '${absolute}'`), { code: 'ENOTDIR' });
  const made = makeDirectory(dirname(absolute));
  try {
    mkdirSync(absolute);
  } catch (error) {
    // Another process may have made it in between.
    if ((error as NodeJS.ErrnoException).code === 'EEXIST' && existsSync(absolute)) return made;
    if (made !== undefined) rmSync(made, { recursive: true });
    throw error;
  }
  return made ?? absolute;
}
