import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { makeDirectory } from '../../src/files/directory.js';

describe('makeDirectory', () => {
  const top = mkdtempSync(join(tmpdir(), 'dawngrad-make-'));
  afterAll(() => rmSync(top, { recursive: true }));

  it('makes what is missing, and says where that begins', () => {
    expect(makeDirectory(join(top, 'a/b/c'))).toBe(join(top, 'a'));
    expect(existsSync(join(top, 'a/b/c'))).toBe(true);
    expect(makeDirectory(join(top, 'a/b/d'))).toBe(join(top, 'a/b/d'));
    expect(makeDirectory(join(top, 'a/b'))).toBeUndefined();
  });

  it('fails where a file is in the way', () => {
    writeFileSync(join(top, 'file'), '');
    expect(() => makeDirectory(join(top, 'file/a/b'))).toThrow('ENOTDIR');
    expect(() => makeDirectory(join(top, 'file'))).toThrow('ENOTDIR');
  });

  it('fails, and soon, where nothing can be made', () => {
    expect(() => makeDirectory('/proc/dawngrad/run')).toThrow(/ENOENT|EACCES|EROFS|EPERM/);
  });
});
