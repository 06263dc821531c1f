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

/** Characters of a row at most: longer names no system has, and a quote that is never closed ends there. */
const LONGEST_ROW = 2 ** 16;

/**
 * The files that a table names. Its first line says which column is which: `file,label`; others are left aside.
 * @throws FileError when it cannot be read, DataError when it is another kind of table, or has a file twice
 */
export function filesInTable(path: string): FoundFiles {
  const named: NamedFile[] = [];
  const seen = new Set<string>();
  let columns: readonly [file: number, label: number] | undefined;
  let number = 0;
  forEachRow(path, (row) => {
    number++;
    if (!columns) {
      columns = columnsOf(path, row);
      return;
    }
    const place = `${path}, row ${number}`;
    const [name, label] = columns.map((column) => row[column]);
    if (!name || !label) throw new DataError(`${place}: it lacks the file or the label`);
    const full = resolve(dirname(path), name);
    const short = relative(dirname(path), full);
    const its = (isAbsolute(short) ? full : short).split(sep).join('/');
    if (seen.has(its)) throw new DataError(`${place}: ${quotable(name)} is in the table twice`);
    seen.add(its);
    named.push({ path: its, label, part: 'all' });
  });
  if (!columns) columnsOf(path, []);
  if (named.length === 0) throw new DataError(`${path}: names no image`);
  return { named, notes: [] };
}

function columnsOf(path: string, head: readonly string[]): readonly [file: number, label: number] {
  const [file, label] = ['file', 'label'].map((name) => head.indexOf(name)) as [number, number];
  if (file >= 0 && label >= 0) return [file, label];
  throw new DataError(
    `${path}: its first line must name the columns file,label; it is ${quotable(head.join(','))}`,
  );
}

/** The rows in order, each by itself: a table of a million images is not in memory a second time, as rows. */
function forEachRow(path: string, work: (row: string[]) => void): void {
  const { buffer, byteOffset, length } = readBytes(path);
  try {
    parse(Buffer.from(buffer, byteOffset, length), {
      bom: true,
      record_delimiter: ['\r\n', '\n', '\r'],
      trim: true,
      skip_empty_lines: true,
      relax_column_count_less: true,
      max_record_size: LONGEST_ROW,
      on_record: (row: string[]) => {
        work(row);
        return null; // and so nothing is kept
      },
    });
  } catch (error) {
    if (error instanceof DataError) throw error;
    throw new DataError(
      `${path}: not a table of comma-separated values (${quotable((error as Error).message)})`,
    );
  }
}
