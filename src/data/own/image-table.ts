/** A table of images: a line for each, with its file and its label. */
import { dirname, isAbsolute, relative, resolve, sep } from 'node:path';
import { parse } from 'csv-parse/sync';
import { quotable } from '../../errors/errors.js';
import { readBytes } from '../../files/read-file.js';
import { DataError } from '../dataset.js';
import type { FoundFiles } from './image-folders.js';
import type { NamedFile } from './image-list.js';

/** Its ending, by which a table is told from a directory. */
export const isTable = (path: string): boolean => /\.csv$/i.test(path);

/**
 * The files that a table names. Its first line says which column is which: `file,label`; others are left aside.
 * @throws FileError when it cannot be read, DataError when it is another kind of table, or has a file twice
 */
export function filesInTable(path: string): FoundFiles {
  const rows = rowsOf(path);
  const [head = []] = rows;
  const [file, label] = ['file', 'label'].map((name) => head.indexOf(name)) as [number, number];
  if (file < 0 || label < 0) {
    throw new DataError(
      `${path}: its first line must name the columns file,label; it is ${quotable(head.join(','))}`,
    );
  }
  const seen = new Set<string>();
  const named = rows.slice(1).map((row, index): NamedFile => {
    const place = `${path}, row ${index + 2}`;
    const [name, its] = [row[file], row[label]];
    if (!name || !its) throw new DataError(`${place}: it lacks the file or the label`);
    const full = resolve(dirname(path), name);
    if (seen.has(full)) throw new DataError(`${place}: ${quotable(name)} is in the table twice`);
    seen.add(full);
    const short = relative(dirname(path), full);
    return { path: (isAbsolute(short) ? full : short).split(sep).join('/'), label: its, part: 'all' };
  });
  if (named.length === 0) throw new DataError(`${path}: names no image`);
  return { named, notes: [] };
}

function rowsOf(path: string): string[][] {
  const text = new TextDecoder().decode(readBytes(path));
  try {
    return parse(text, {
      bom: true,
      record_delimiter: ['\r\n', '\n', '\r'],
      trim: true,
      skip_empty_lines: true,
      relax_column_count_less: true,
    });
  } catch (error) {
    throw new DataError(
      `${path}: not a table of comma-separated values (${quotable((error as Error).message)})`,
    );
  }
}
