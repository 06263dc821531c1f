import { readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { FileError } from '../../src/errors/errors.js';
import {
  appendLine,
  checkWritable,
  createFile,
  removeLeftovers,
  replaceFile,
} from '../../src/files/write-file.js';
import { useFreshDirectory } from '../support/directory.js';

/** Bytes that still fit on the disk, and what it answers who wants a hard link. */
const disk = vi.hoisted(() => ({
  free: Number.POSITIVE_INFINITY,
  links: 'done',
  renamed: () => {},
  removed: () => {},
}));

vi.mock('node:fs', async (original) => {
  const fs = await original<typeof import('node:fs')>();
  const writeSync = (file: number, bytes: Uint8Array, offset: number): number => {
    if (disk.free === 0) throw Object.assign(new Error('ENOSPC: no space left'), { code: 'ENOSPC' });
    const written = fs.writeSync(file, bytes, offset, Math.min(disk.free, bytes.length - offset));
    disk.free -= written;
    return written;
  };
  const linkSync = (file: string, name: string): void => {
    if (disk.links !== 'done') throw Object.assign(new Error(disk.links), { code: disk.links });
    fs.linkSync(file, name);
  };
  const renameSync = (from: string, to: string): void => {
    disk.renamed();
    fs.renameSync(from, to);
  };
  const rmSync: typeof fs.rmSync = (...args) => {
    disk.removed();
    fs.rmSync(...args);
  };
  return { ...fs, writeSync, linkSync, renameSync, rmSync };
});

const directory = useFreshDirectory();
let path: string;
beforeEach(() => {
  path = directory.file('file');
  Object.assign(disk, { free: Number.POSITIVE_INFINITY, links: 'done' });
});

describe('replaceFile', () => {
  it('replaces the whole content and leaves nothing else behind', () => {
    replaceFile(path, 'a long first content');
    replaceFile(path, Uint8Array.of(0x68, 0x69));
    expect(readFileSync(path, 'utf8')).toBe('hi');
    expect(readdirSync(directory.path)).toEqual(['file']);
  });

  it.each([0, 2])('keeps the old file when the disk takes %i more bytes', (free) => {
    replaceFile(path, 'old');
    disk.free = free;
    expect(() => replaceFile(path, 'new one')).toThrow(
      new FileError(`writing ${path}: the disk is full (ENOSPC)`),
    );
    expect(readFileSync(path, 'utf8')).toBe('old');
    expect(readdirSync(directory.path)).toEqual(['file']);
  });

  it('says what is wrong with the place', () => {
    const lost = directory.file('missing/file');
    expect(() => replaceFile(lost, '')).toThrow(
      new FileError(`writing ${lost}: no such file or directory (ENOENT)`),
    );
  });
});

describe('removeLeftovers', () => {
  const left = (name: string, seconds: number) => {
    const time = Date.now() / 1000 - seconds;
    writeFileSync(directory.file(name), '');
    utimesSync(directory.file(name), time, time);
  };

  it('removes what a killed process left of a file, and nothing else', () => {
    writeFileSync(path, '');
    const kill = () => {
      throw new Error('killed');
    };
    vi.spyOn(disk, 'renamed').mockImplementationOnce(kill);
    vi.spyOn(disk, 'removed').mockImplementationOnce(kill);
    expect(() => replaceFile(path, 'new')).toThrow('killed');
    left('mine.tmp', 0);
    expect(readdirSync(directory.path)).toHaveLength(3);
    removeLeftovers(directory.path);
    expect(readdirSync(directory.path).sort()).toEqual(['file', 'mine.tmp']);
  });

  it('leaves alone what another process may still be writing', () => {
    const names = ['0', '1'].map((digit) => `file.${'00000000-0000-4000-8000-00000000000'}${digit}.tmp`);
    left(names[0]!, 0);
    left(names[1]!, 60);
    removeLeftovers(directory.path, 30_000);
    expect(readdirSync(directory.path)).toEqual([names[0]]);
  });
});

describe('createFile', () => {
  describe.each(['done', 'EPERM', 'EISDIR'])('where the file system says of a hard link: %s,', (links) => {
    beforeEach(() => {
      disk.links = links;
    });

    it('makes a file, whole, and leaves nothing else behind', () => {
      expect(createFile(path, 'first')).toBe(true);
      expect(readFileSync(path, 'utf8')).toBe('first');
      expect(readdirSync(directory.path)).toEqual(['file']);
    });

    it('leaves a file that is there as it is', () => {
      replaceFile(path, 'old');
      expect(createFile(path, 'new')).toBe(false);
      expect(readFileSync(path, 'utf8')).toBe('old');
      expect(readdirSync(directory.path)).toEqual(['file']);
    });
  });

  it('makes none when the disk is full', () => {
    disk.free = 2;
    expect(() => createFile(path, 'new')).toThrow(
      new FileError(`writing ${path}: the disk is full (ENOSPC)`),
    );
    expect(readdirSync(directory.path)).toEqual([]);
  });
});

describe('appendLine', () => {
  it('adds lines', () => {
    appendLine(path, 'one');
    appendLine(path, 'two');
    expect(readFileSync(path, 'utf8')).toBe('one\ntwo\n');
  });

  it.each([0, 2])('adds nothing when the disk takes %i more bytes', (free) => {
    appendLine(path, 'one');
    disk.free = free;
    expect(() => appendLine(path, 'another')).toThrow(
      new FileError(`writing ${path}: the disk is full (ENOSPC)`),
    );
    expect(readFileSync(path, 'utf8')).toBe('one\n');
  });
});

describe('a check before the work whose result a file is to hold', () => {
  it('lets pass what can be written, and leaves nothing behind', () => {
    writeFileSync(path, 'old');
    checkWritable(path, `${path}.new`, undefined);
    expect(readFileSync(path, 'utf8')).toBe('old');
    expect(readdirSync(directory.path)).toHaveLength(1);
  });

  it('refuses a file in a directory that is not there, one below a file, and a directory', () => {
    writeFileSync(path, 'a file');
    const nowhere = `${directory.path}/nowhere/x.html`;
    expect(() => checkWritable(path, nowhere)).toThrow(
      new FileError(`writing ${nowhere}: no such file or directory (ENOENT)`),
    );
    expect(() => checkWritable(`${path}/x.html`)).toThrow(/: a part of the path is a file/);
    expect(() => checkWritable(directory.path)).toThrow(
      new FileError(`writing ${directory.path}: it is a directory (EISDIR)`),
    );
  });
});
