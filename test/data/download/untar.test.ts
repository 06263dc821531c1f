import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { beforeEach, describe, expect, it } from 'vitest';
import { DataError } from '../../../src/data/dataset.js';
import { untar } from '../../../src/data/download/untar.js';
import { useFreshDirectory } from '../../support/directory.js';
import { tarFile } from '../writers/tar.js';

const directory = useFreshDirectory();
const TAR = tarFile('folder', {
  'a.bin': Buffer.alloc(1000, 1),
  'b.bin': Buffer.alloc(512, 2),
  empty: Buffer.alloc(0),
});

/** With one bit changed in the byte at `at`, counted from the end if negative. */
function flipped(bytes: Buffer, at: number): Buffer {
  const copy = Buffer.from(bytes);
  copy[at < 0 ? copy.length + at : at]! ^= 1;
  return copy;
}

let archive = '';
let target = '';
beforeEach(() => {
  archive = directory.file('archive.tar.gz');
  target = directory.file('folder');
});

describe('untar', () => {
  it('unpacks the files of an archive', async () => {
    writeFileSync(archive, gzipSync(TAR));
    await untar(archive, target);
    expect(readdirSync(target).sort()).toEqual(['a.bin', 'b.bin', 'empty']);
    expect(readFileSync(`${target}/a.bin`).equals(Buffer.alloc(1000, 1))).toBe(true);
    expect(readFileSync(`${target}/b.bin`).equals(Buffer.alloc(512, 2))).toBe(true);
    expect(readdirSync(directory.path).sort()).toEqual(['archive.tar.gz', 'folder']);
  });

  it("passes the file system's own error on", async () => {
    await expect(untar(directory.file('nowhere.tar.gz'), target)).rejects.toMatchObject({ code: 'ENOENT' });
    expect(readdirSync(directory.path)).toEqual([]);
  });

  it('writes nowhere but into the directory', async () => {
    writeFileSync(archive, gzipSync(tarFile('../..', { 'evil.bin': Buffer.alloc(3) })));
    await untar(archive, target);
    expect(readdirSync(target)).toEqual(['evil.bin']);
  });

  it('stops where a small archive unpacks to hundreds of megabytes', async () => {
    writeFileSync(archive, gzipSync(tarFile('folder', { zeros: Buffer.alloc(300 * 2 ** 20) })));
    await expect(untar(archive, target)).rejects.toThrow(/: damaged archive \(.*ratio exceeded/);
    expect(existsSync(target)).toBe(false);
    expect(existsSync(`${target}.part`)).toBe(false);
  });

  it.each([
    ['gzip data cut short', gzipSync(TAR).subarray(0, -9), 'zlib: unexpected end of file'],
    ['gzip data with a wrong checksum', flipped(gzipSync(TAR), -6), 'zlib: incorrect data check'],
    [
      'an archive cut short within a file',
      gzipSync(TAR.subarray(0, 1500)),
      'TAR_BAD_ARCHIVE: Truncated input',
    ],
    [
      'an archive cut short after a block',
      gzipSync(TAR.subarray(0, 1536)),
      'TAR_BAD_ARCHIVE: Truncated input',
    ],
    ['a header that was changed', gzipSync(flipped(TAR, 515)), 'TAR_ENTRY_INVALID: checksum failure'],
    ['something else', gzipSync(Buffer.alloc(2000, 'x')), 'TAR_ENTRY_INVALID: checksum failure'],
  ])('refuses %s, and leaves nothing behind', async (_what, bytes, message) => {
    writeFileSync(archive, bytes);
    const failed = untar(archive, target);
    await expect(failed).rejects.toThrow(DataError);
    await expect(failed).rejects.toThrow(`${archive}: damaged archive (${message}`);
    expect(existsSync(target)).toBe(false);
    expect(existsSync(`${target}.part`)).toBe(false);
  });
});
