import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { DataError } from '../../../src/data/dataset.js';
import { DOWNLOADABLE, download, fetchSource } from '../../../src/data/download/download.js';
import { SOURCES, type Source } from '../../../src/data/download/sources.js';
import { useFreshDirectory } from '../../support/directory.js';
import { tarFile } from '../writers/tar.js';
import { fileServer } from './server.js';

const directory = useFreshDirectory();
const server = fileServer();

const md5 = (bytes: Uint8Array): string => createHash('md5').update(bytes).digest('hex');
const FILE = Buffer.from('a plain file');
const ARCHIVE = gzipSync(tarFile('folder', { 'a.bin': Buffer.from('inside') }));

/** A plain file and an archive, where no server listens. */
const SOURCE: Source = {
  mirrors: ['http://127.0.0.1:1'],
  files: [
    { name: 'plain', md5: md5(FILE) },
    { name: 'archive.tar.gz', md5: md5(ARCHIVE), folder: 'folder' },
  ],
};

const fetchIt = (): Promise<void> =>
  fetchSource(SOURCE, directory.file('data'), { baseUrl: `${server.url}/` });

describe('download', () => {
  it('fetches every file, unpacks archives, and does nothing the second time', async () => {
    Object.assign(server.files, { plain: FILE, 'archive.tar.gz': ARCHIVE });
    await fetchIt();
    expect(readdirSync(directory.file('data')).sort()).toEqual(['folder', 'plain']);
    expect(readFileSync(directory.file('data/folder/a.bin'), 'utf8')).toBe('inside');
    expect(server.requests).toEqual(['plain', 'archive.tar.gz']);
    await fetchIt();
    expect(server.requests.length).toBe(2);
  });

  it('unpacks an archive that is there already', async () => {
    server.files.plain = FILE;
    mkdirSync(directory.file('data'));
    writeFileSync(directory.file('data/archive.tar.gz'), ARCHIVE);
    await fetchIt();
    expect(readdirSync(directory.file('data')).sort()).toEqual(['folder', 'plain']);
    expect(server.requests).toEqual(['plain']);
  });

  it("leaves a user's other file of the same name alone", async () => {
    mkdirSync(directory.file('data'));
    writeFileSync(directory.file('data/plain'), 'mine');
    await expect(fetchIt()).rejects.toThrow(
      new DataError(
        `${directory.file('data/plain')}: is there already, with the md5 checksum ${md5(Buffer.from('mine'))} ` +
          `instead of ${md5(FILE)}; move it away to download it`,
      ),
    );
    expect(readFileSync(directory.file('data/plain'), 'utf8')).toBe('mine');
  });

  it('takes the files of a data set from another address', async () => {
    await expect(download('mnist', directory.path, { baseUrl: `${server.url}/mirror` })).rejects.toThrow(
      `${server.url}/mirror/train-images-idx3-ubyte.gz: the server answered 404 Not Found`,
    );
    expect(server.requests).toEqual(['mirror/train-images-idx3-ubyte.gz']);
  });

  it('refuses an unknown data set and a directory that cannot be made', async () => {
    await expect(download('glyphs', directory.path)).rejects.toThrow(
      'no data set to download is called "glyphs"; there are mnist, fashion-mnist, cifar-10, cifar-100, svhn',
    );
    writeFileSync(directory.file('file'), '');
    for (const path of [directory.file('file'), directory.file('file/below')]) {
      await expect(download('mnist', path, { baseUrl: server.url })).rejects.toThrow(
        `making the directory ${path}: a part of the path is a file, not a directory (ENOTDIR)`,
      );
    }
    expect(server.requests).toEqual([]);
  });

  it.each(['plain', 'plain.part', 'archive.tar.gz'])(
    'says in plain words that a directory is where %s would be',
    async (name) => {
      Object.assign(server.files, { plain: FILE, 'archive.tar.gz': ARCHIVE });
      mkdirSync(directory.file(join('data', name)), { recursive: true });
      await expect(fetchIt()).rejects.toThrow(
        new DataError(
          `putting ${name.replace('.part', '')} into ${directory.file('data')}: it is a directory (EISDIR)`,
        ),
      );
    },
  );

  it('knows, for each data set, a checksum of every file', () => {
    expect(DOWNLOADABLE).toEqual(['mnist', 'fashion-mnist', 'cifar-10', 'cifar-100', 'svhn']);
    const checksums = Object.values(SOURCES).flatMap(({ files }) => files.map((file) => file.md5));
    for (const checksum of checksums) expect(checksum).toMatch(/^[0-9a-f]{32}$/);
    expect(new Set(checksums).size).toBe(12);
  });
});
