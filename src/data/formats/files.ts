import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { readBytes } from '../../files/read-file.js';
import { DataError } from '../dataset.js';
import { otherVersion } from './other-versions.js';
import { mostUnpacked, type SizeOf, unpack } from './unpack.js';

/**
 * The first of `names` that exists in `directory`, or in one of its `folders`, plain before gzipped (`.gz` added).
 * @returns its path, or undefined
 */
export function findFile(
  directory: string,
  folders: readonly string[],
  names: readonly string[],
): string | undefined {
  return firstExisting(directory, folders, names, ['', '.gz']);
}

function firstExisting(
  directory: string,
  folders: readonly string[],
  names: readonly string[],
  endings: readonly string[],
): string | undefined {
  const paths = ['.', ...folders].flatMap((folder) =>
    names.flatMap((name) => endings.map((ending) => join(directory, folder, name + ending))),
  );
  return paths.find((path) => existsSync(path));
}

/**
 * The path that `findFile` finds, of a file without which the data set cannot be read.
 * @throws DataError that says where was looked for what
 */
export function needFile(
  dataset: string,
  directory: string,
  folders: readonly string[],
  names: readonly string[],
): string {
  const found = findFile(directory, folders, names);
  if (found !== undefined) return found;
  const packed = firstExisting(directory, folders, names, ['.xz', '.bz2', '.zip']);
  if (packed !== undefined) {
    throw new DataError(`${packed}: only plain and .gz files can be read; unpack it first`);
  }
  const other = otherVersion(dataset, directory);
  if (other !== undefined) throw new DataError(`${dataset}: ${other}`);
  throw new DataError(
    `${dataset}: no ${names.join(' or ')} (plain or .gz) in ${where(directory, folders)}; ` +
      `name the directory that holds it, or get it with "dawngrad download ${dataset}"`,
  );
}

const where = (directory: string, folders: readonly string[]): string =>
  folders.length === 0 ? directory : `${directory} or its ${folders.join(', ')}`;

/** How what gzip packed begins. */
const GZIP = [0x1f, 0x8b];

export const isPacked = (file: Uint8Array): boolean => GZIP.every((byte, at) => file[at] === byte);

/**
 * The content of a file, unpacked if its name ends in `.gz`, unless a browser did so already and left the name.
 * @param sizeOf asked, before all of a packed file is unpacked, how much there should be of it
 * @throws FileError if it cannot be read, DataError if it cannot be unpacked, or holds more than it should
 */
export function readUnpacked(path: string, sizeOf: SizeOf = () => undefined): Uint8Array {
  const bytes = readBytes(path);
  if (!path.endsWith('.gz') || isUnpacked(bytes, sizeOf)) return bytes;
  return unpack(bytes, gunzipSync, { path, most: mostUnpacked(bytes.length), sizeOf });
}

/** Are these bytes what they should be as they are? Damaged ones that were packed are not taken for such. */
function isUnpacked(bytes: Uint8Array, sizeOf: SizeOf): boolean {
  if (isPacked(bytes)) return false;
  try {
    return sizeOf(bytes) === bytes.length;
  } catch {
    return false;
  }
}

/**
 * Checks every label of a file.
 * @throws DataError naming the first label that is not below `classes`
 */
export function checkLabels(path: string, labels: Uint8Array, classes: number): void {
  const at = labels.findIndex((label) => label >= classes);
  if (at === -1) return;
  throw new DataError(
    `${path}: label ${labels[at]} of image ${at} is outside 0..${classes - 1}; this is not the file it is named after`,
  );
}
