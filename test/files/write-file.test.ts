import { readdirSync, readFileSync } from 'node:fs';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { FileError } from '../../src/errors/errors.js';
import { appendLine, createFile, replaceFile } from '../../src/files/write-file.js';
import { useFreshDirectory } from '../support/directory.js';

/** Bytes that still fit on the disk, and what it answers who wants a hard link. */
const disk = vi.hoisted(() => ({ free: Number.POSITIVE_INFINITY, links: 'done' }));

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
  return { ...fs, writeSync, linkSync };
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
