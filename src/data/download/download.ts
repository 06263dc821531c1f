import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { checkArgument, checkOptions } from '../../errors/check-options.js';
import { callable, instance, text } from '../../errors/rules.js';
import { makeDirectory } from '../../files/directory.js';
import { explainSystemError, isSystemError } from '../../files/system-error.js';
import { DataError } from '../dataset.js';
import { type FetchFileOptions, fetchFile, md5Of, type Progress } from './fetch-file.js';
import { type RemoteFile, SOURCES, type Source } from './sources.js';
import { untar } from './untar.js';

export type { Progress } from './fetch-file.js';

export interface DownloadOptions {
  /** The address of a directory to take the files from, in place of the well-known ones. */
  readonly baseUrl?: string;
  readonly onProgress?: (progress: Progress) => void;
  /** Stops the download; what has arrived stays, to be resumed. */
  readonly signal?: AbortSignal;
}

/** The data sets that `download` knows. */
export const DOWNLOADABLE: readonly string[] = Object.keys(SOURCES);

/**
 * Puts the files of a data set into `directory`, which is made if need be. Files that are there are not fetched again;
 * a file that an earlier attempt left half-done is gone on with; checksums are verified before a file gets its name.
 * @throws DataError if the data set is unknown, a file cannot be had, or another file has its name; FileError if the
 * directory cannot be made
 */
export async function download(
  dataset: string,
  directory: string,
  options: DownloadOptions = {},
): Promise<void> {
  checkArgument('download', 'directory', directory, text);
  checkOptions('download', options, {
    baseUrl: text,
    onProgress: callable,
    signal: instance(AbortSignal),
  });
  const source = SOURCES[dataset];
  if (source === undefined) {
    throw new DataError(
      `no data set to download is called "${dataset}"; there are ${DOWNLOADABLE.join(', ')}`,
    );
  }
  await fetchSource(source, directory, options);
}

/** Puts the files of any source into `directory`, as `download` does those of a data set. */
export async function fetchSource(
  source: Source,
  directory: string,
  options: DownloadOptions = {},
): Promise<void> {
  const { baseUrl, ...rest } = options;
  const mirrors = baseUrl === undefined ? source.mirrors : [baseUrl];
  makeDirectory(directory);
  for (const file of source.files) {
    const urls = mirrors.map((mirror) => `${mirror.replace(/\/$/, '')}/${file.name}`);
    try {
      await putFile(file, directory, { ...rest, urls });
    } catch (error) {
      if (!isSystemError(error)) throw error;
      throw new DataError(`putting ${file.name} into ${directory}: ${explainSystemError(error)}`);
    }
  }
}

async function putFile(
  file: RemoteFile,
  directory: string,
  options: Omit<FetchFileOptions, 'path' | 'md5'>,
): Promise<void> {
  if (await isThere(file, directory)) return;
  const path = join(directory, file.name);
  if (!existsSync(path)) await fetchFile({ ...options, path, md5: file.md5 });
  if (file.folder === undefined) return;
  await untar(path, join(directory, file.folder));
  await rm(path);
}

/** Whether nothing is left to do for a file: it is there, or the folder that its archive holds is. */
async function isThere(file: RemoteFile, directory: string): Promise<boolean> {
  if (file.folder !== undefined && existsSync(join(directory, file.folder))) return true;
  const path = join(directory, file.name);
  if (!existsSync(path)) return false;
  const found = await md5Of(path);
  if (found === file.md5) return file.folder === undefined;
  throw new DataError(
    `${path}: is there already, with the md5 checksum ${found} instead of ${file.md5}; move it away to download it`,
  );
}
