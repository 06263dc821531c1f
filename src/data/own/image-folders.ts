/** Folders of images: one a class, or `train` and `test`, which hold one a class. */
import { type Dirent, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { FileError } from '../../errors/errors.js';
import { someOf } from '../../errors/some-of.js';
import { statOf } from '../../files/stat.js';
import { explainSystemError } from '../../files/system-error.js';
import { DataError } from '../dataset.js';
import type { NamedFile, Part } from './image-list.js';

/** What the folders above those of classes may be called. */
const PARTS: Readonly<Record<string, Part>> = {
  train: 'train',
  val: 'validation',
  valid: 'validation',
  validation: 'validation',
  test: 'test',
};

/** Files that are meant to be images: those of kinds that cannot be read are listed with the unreadable ones. */
const IMAGE = /\.(png|jpe?g|jfif|webp|gif|bmp|tiff?|heic|heif|avif)$/i;

/** Folders within folders beyond this are taken for a link that leads in circles. */
const DEEPEST = 16;

const isHidden = (name: string): boolean => name.startsWith('.') || name === '__MACOSX';

interface Entry {
  readonly name: string;
  readonly isFolder: boolean;
}

/** What a directory shows, links followed. */
function entriesOf(directory: string): Entry[] {
  let entries: Dirent[];
  try {
    entries = readdirSync(directory, { withFileTypes: true });
  } catch (error) {
    throw new FileError(`${directory}: cannot be read: ${explainSystemError(error)}`);
  }
  return entries
    .filter(({ name }) => !isHidden(name))
    .map((entry) => ({
      name: entry.name,
      isFolder: entry.isSymbolicLink()
        ? (statOf(join(directory, entry.name))?.isDirectory() ?? false)
        : entry.isDirectory(),
    }));
}

const foldersIn = (directory: string): string[] =>
  entriesOf(directory).flatMap(({ name, isFolder }) => (isFolder ? [name] : []));

/**
 * The images in a folder and in those within it, as paths below it.
 * @throws FileError when one cannot be read, DataError when they lead in circles
 */
export function imagesBelow(folder: string, depth = 0): string[] {
  if (depth > DEEPEST) throw new DataError(`${folder}: its folders lie too deep in each other`);
  return entriesOf(folder).flatMap(({ name, isFolder }) => {
    if (isFolder) return imagesBelow(join(folder, name), depth + 1).map((path) => `${name}/${path}`);
    return IMAGE.test(name) ? [name] : [];
  });
}

/** Does a directory seem to hold a folder of images a class, by names alone? */
export function areImageFolders(directory: string): boolean {
  const parts = partsOf(directory);
  const below = parts
    ? foldersIn(join(directory, parts[0]!)).map((name) => `${parts[0]}/${name}`)
    : foldersIn(directory);
  return below.some((folder) =>
    entriesOf(join(directory, folder)).some(({ name, isFolder }) => !isFolder && IMAGE.test(name)),
  );
}

/** The folders that say what images are for; undefined where those of a directory are classes. */
function partsOf(directory: string): string[] | undefined {
  const folders = foldersIn(directory);
  const areParts = folders.length > 0 && folders.every((name) => name.toLowerCase() in PARTS);
  return areParts && folders.some((name) => name.toLowerCase() === 'train')
    ? folders.sort().reverse()
    : undefined;
}

export interface FoundFiles {
  readonly named: readonly NamedFile[];
  readonly notes: readonly string[];
}

/**
 * The images in the folders of a directory, by class and part.
 * @throws FileError when one cannot be read, DataError when there are no such folders, or one of them is empty
 */
export function filesInFolders(directory: string): FoundFiles {
  const parts = partsOf(directory);
  const found = (parts ?? ['.']).map((folder) => filesOfPart(directory, folder));
  const named = found.flatMap((part) => part.named);
  if (named.length === 0) {
    throw new DataError(`${directory}: holds no folders of images, one for each class`);
  }
  return { named, notes: found.flatMap((part) => part.notes) };
}

function filesOfPart(directory: string, folder: string): FoundFiles {
  const at = folder === '.' ? directory : join(directory, folder);
  const prefix = folder === '.' ? '' : `${folder}/`;
  const part = PARTS[folder.toLowerCase()] ?? 'all';
  const entries = entriesOf(at);
  const named = entries
    .filter(({ isFolder }) => isFolder)
    .flatMap(({ name }) => {
      const images = imagesBelow(join(at, name));
      if (images.length > 0)
        return images.map((path) => ({ path: `${prefix}${name}/${path}`, label: name, part }));
      throw new DataError(
        `${join(at, name)}: holds no image; each folder here is a class, so fill it or move it away`,
      );
    });
  const loose = entries.filter(({ name, isFolder }) => !isFolder && IMAGE.test(name)).map(({ name }) => name);
  if (loose.length > 0 && named.length === 0) {
    throw new DataError(
      `${at}: its images lie in no folder that says of which class they are: ${someOf(loose)}`,
    );
  }
  const notes =
    loose.length > 0 ? [`${loose.length} images in ${at} lie in no class's folder, and are left aside`] : [];
  return { named, notes };
}
