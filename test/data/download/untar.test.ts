import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { beforeEach, describe, expect, it } from 'vitest';
import { DataError } from '../../../src/data/dataset.js';
import { untar } from '../../../src/data/download/untar.js';
import { temporaryDirectory } from '../temporary.js';
import { tarFile } from '../writers/tar.js';

const directory = temporaryDirectory();
const TAR = tarFile('folder', {
  'a.bin': Buffer.alloc(1000, 1),
  'b.bin': Buffer.alloc(512, 2),
  empty: Buffer.alloc(0),
});

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

  it('writes nowhere but into the directory', async () => {
    writeFileSync(archive, gzipSync(tarFile('../..', { 'evil.bin': Buffer.alloc(3) })));
    await untar(archive, target);
    expect(readdirSync(target)).toEqual(['evil.bin']);
  });

  it.each([
    ['gzip data cut short', gzipSync(TAR).subarray(0, -9), 'damaged gzip data (unexpected end of file)'],
    [
      'an archive cut short',
      gzipSync(TAR.subarray(0, 1500)),
      'damaged tar data at byte 512 ("folder/a.bin")',
    ],
    ['something else', gzipSync(Buffer.alloc(2000, 'x')), 'damaged tar data at byte 0 ("x'],
  ])('refuses %s, and leaves nothing behind', async (_what, bytes, message) => {
    writeFileSync(archive, bytes);
    const failed = untar(archive, target);
    await expect(failed).rejects.toThrow(DataError);
    await expect(failed).rejects.toThrow(`${archive}: ${message}`);
    expect(existsSync(target)).toBe(false);
    expect(existsSync(`${target}.part`)).toBe(false);
  });
});
