import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { FileError } from '../../src/errors/errors.js';
import { statOf } from '../../src/files/stat.js';
import { useDirectory } from '../support/directory.js';

const directory = useDirectory();

it('tells files and directories, and that there is nothing', () => {
  const within = (name: string) => join(directory.path, name);
  writeFileSync(within('file'), '12345');
  mkdirSync(within('folder'));
  expect(statOf(within('file'))?.size).toBe(5);
  expect(statOf(within('folder'))?.isDirectory()).toBe(true);
  expect(statOf(within('nothing'))).toBeUndefined();
});

it('says what is wrong with a path that the system refuses', () => {
  symlinkSync('loop', join(directory.path, 'loop'));
  for (const [path, why] of [
    [join(directory.path, 'x'.repeat(300)), 'the name is too long'],
    [join(directory.path, 'loop'), 'its links lead round in a circle'],
  ] as const) {
    expect(() => statOf(path)).toThrow(FileError);
    expect(() => statOf(path)).toThrow(`${path}: cannot be read: ${why}`);
  }
});
