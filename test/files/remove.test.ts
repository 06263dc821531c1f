import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { FileError } from '../../src/errors/errors.js';
import { remove } from '../../src/files/remove.js';
import { useDirectory } from '../support/directory.js';

const directory = useDirectory();

it('removes a file, a directory with what is in it, and nothing where there is nothing', () => {
  const file = join(directory.path, 'file');
  const folder = join(directory.path, 'folder');
  writeFileSync(file, 'x');
  mkdirSync(join(folder, 'inner'), { recursive: true });
  for (const path of [file, folder, join(directory.path, 'nothing')]) {
    remove(path);
    expect(existsSync(path)).toBe(false);
  }
});

it.runIf(process.platform === 'linux')('says in one line what the system refuses', () => {
  expect(() => remove('/proc/self/status')).toThrow(FileError);
  expect(() => remove('/proc/self/status')).toThrow(/^removing \/proc\/self\/status: [^\n]+$/);
});
