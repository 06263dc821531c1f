import { dirname } from 'node:path';
import { statOf } from '../../files/stat.js';
import { DataError } from '../dataset.js';
import { filesInFolders } from './image-folders.js';
import { type ImageList, imageList } from './image-list.js';
import { filesInTable, isTable } from './image-table.js';

/**
 * The images of a directory, by the folders of their classes, or of a table of `file,label`.
 * @param classes that there must be; left out, those of the folders or labels
 * @throws FileError, DataError when it is neither, or not sound
 */
export function listImages(path: string, classes?: readonly string[]): ImageList {
  if (statOf(path) === undefined) throw new DataError(`${path}: no such directory, nor table`);
  if (isTable(path)) {
    const { named, notes } = filesInTable(path);
    return imageList(path, dirname(path), named, notes, classes);
  }
  const { named, notes } = filesInFolders(path);
  return imageList(path, path, named, notes, classes);
}
