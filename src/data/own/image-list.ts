/** Which files of images there are, and of which class each is: what is known of a set before anything is decoded. */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { quotable } from '../../errors/errors.js';
import { someOf } from '../../errors/some-of.js';
import { statOf } from '../../files/stat.js';
import { DataError } from '../dataset.js';

/** What a file is for, where the set says so itself; `all`, where what is tested on is yet to be held out. */
export type Part = 'train' | 'validation' | 'test' | 'all';

/** A file as its folder or its line in a table has it. */
export interface NamedFile {
  /** Relative to the set's directory, with slashes. */
  readonly path: string;
  /** Name of its class. */
  readonly label: string;
  readonly part: Part;
}

export interface ImageFile extends Omit<NamedFile, 'label'> {
  /** Index of its class. */
  readonly label: number;
  readonly bytes: number;
  /**
   * Which file it is on its disk, and when that was last written to, renamed or given rights, milliseconds since 1970. Archives and
   * copies set the time of writing back, so that other images may have the same.
   */
  readonly inode: number;
  readonly changed: number;
}

export interface ImageList {
  /** What the user named: a directory, or a table. */
  readonly source: string;
  /** What paths are relative to. */
  readonly directory: string;
  readonly classes: readonly string[];
  /** In the order of their paths, which is the same on every machine. */
  readonly files: readonly ImageFile[];
  /** What a person should know: images that were left aside. */
  readonly notes: readonly string[];
}

/** By value where all are whole numbers, else by the codes of their letters: no language's rules, so alike everywhere. */
function sortedClasses(names: ReadonlySet<string>): string[] {
  const areNumbers = [...names].every((name) => /^\d{1,15}$/.test(name));
  return areNumbers ? [...names].sort((a, b) => Number(a) - Number(b)) : [...names].sort();
}

/**
 * The list of the files that a folder or a table names.
 * @param wanted the classes that there must be; left out, those that are trained on
 * @throws DataError if files are missing, or classes are: fewer than two, or some that are tested on and not trained on
 */
export function imageList(
  source: string,
  directory: string,
  named: readonly NamedFile[],
  notes: readonly string[],
  wanted?: readonly string[],
): ImageList {
  const trained = named.filter(({ part }) => part === 'train' || part === 'all');
  const classes = wanted ?? sortedClasses(new Set(trained.map(({ label }) => label)));
  if (classes.length < 2) {
    throw new DataError(
      `${source}: its images are of ${classes.length === 0 ? 'no class' : `one class, ${quotable(classes[0]!)}`}; a net tells two or more apart`,
    );
  }
  const labels = new Map(classes.map((name, label) => [name, label]));
  const strange = new Set(named.map(({ label }) => label).filter((label) => !labels.has(label)));
  if (strange.size > 0) {
    const known = wanted ? 'the net knows' : 'are trained on';
    throw new DataError(
      `${source}: the classes ${someOf([...strange])} are not among those that ${known}: ${someOf(classes)}`,
    );
  }
  const missing: string[] = [];
  const files = named.flatMap(({ path, label, part }): ImageFile[] => {
    const found = statOf(join(directory, path));
    if (!found?.isFile()) {
      missing.push(path);
      return [];
    }
    const { size: bytes, ino: inode, ctimeMs: changed } = found;
    return [{ path, part, label: labels.get(label)!, bytes, inode, changed }];
  });
  if (missing.length > 0) {
    throw new DataError(`${source}: ${missing.length} of its files are not there: ${someOf(missing)}`);
  }
  return { source, directory, classes, files: files.sort(byPath), notes };
}

const byPath = (a: ImageFile, b: ImageFile): number => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0);

/** Names a list: another has another name if a file of it came, went, grew, shrank or changed its class or part. */
export function hashOf({ classes, files }: ImageList): string {
  const hash = createHash('sha256').update(JSON.stringify(classes));
  for (const { path, label, part, bytes } of files) hash.update(JSON.stringify([path, label, part, bytes]));
  return hash.digest('hex');
}
