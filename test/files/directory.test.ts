import { existsSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { FileError } from '../../src/errors/errors.js';
import { makeDirectory, makeNewDirectory, namesIn } from '../../src/files/directory.js';
import { useFreshDirectory } from '../support/directory.js';

describe('makeDirectory', () => {
  const directory = useFreshDirectory();

  it('makes what is missing, and says where that begins', () => {
    expect(makeDirectory(directory.file('a/b/c'))).toBe(directory.file('a'));
    expect(existsSync(directory.file('a/b/c'))).toBe(true);
    expect(makeDirectory(directory.file('a/b/d'))).toBe(directory.file('a/b/d'));
    expect(makeDirectory(directory.file('a/b'))).toBeUndefined();
  });

  it('fails where a file is in the way', () => {
    writeFileSync(directory.file('file'), '');
    expect(() => makeDirectory(directory.file('file/a/b'))).toThrow('ENOTDIR');
    expect(() => makeDirectory(directory.file('file'))).toThrow('ENOTDIR');
  });

  it('says what was to be made', () => {
    writeFileSync(directory.file('file'), '');
    const path = directory.file('file/run');
    expect(() => makeDirectory(path, 'the run directory')).toThrow(
      new FileError(
        `making the run directory ${path}: a part of the path is a file, not a directory (ENOTDIR)`,
      ),
    );
  });

  it('fails, and soon, where nothing can be made', () => {
    expect(() => makeDirectory('/proc/dawngrad/run')).toThrow(/ENOENT|EACCES|EROFS|EPERM/);
  });
});

describe('namesIn', () => {
  const directory = useFreshDirectory();

  it('gives the names of what is there', () => {
    writeFileSync(directory.file('file'), '');
    expect(namesIn(directory.path)).toEqual(['file']);
  });

  it('says what it cannot read', () => {
    const path = directory.file('missing');
    expect(() => namesIn(path)).toThrow(
      new FileError(`${path}: cannot be read: no such file or directory (ENOENT)`),
    );
  });
});

describe('makeNewDirectory', () => {
  const directory = useFreshDirectory();

  it('gives everybody who asks for the same name a directory of their own', () => {
    const path = directory.file('runs/nin');
    expect([1, 2, 3].map(() => makeNewDirectory(path))).toEqual([path, `${path}-2`, `${path}-3`]);
    expect(namesIn(directory.file('runs')).sort()).toEqual(['nin', 'nin-2', 'nin-3']);
  });

  it('says what was to be made where it cannot be', () => {
    writeFileSync(directory.file('file'), '');
    expect(() => makeNewDirectory(directory.file('file/run'), 'the run directory')).toThrow(
      /^making the run directory .*file: .*ENOTDIR/,
    );
  });
});
