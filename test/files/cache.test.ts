import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { afterEach, expect, it, vi } from 'vitest';
import { FileError } from '../../src/errors/errors.js';
import { inCache, openCache } from '../../src/files/cache.js';
import { useFreshDirectory } from '../support/directory.js';

const directory = useFreshDirectory();
afterEach(() => vi.unstubAllEnvs());

/** The file of a cache that lies there. */
function fileIn(cache: string): string {
  vi.stubEnv('XDG_CACHE_HOME', cache);
  return inCache('things', 'one.bin');
}

it('makes the directories of a file, and leaves nothing in them', () => {
  const path = fileIn(directory.file('cache'));
  openCache(path, 'the cache for things');
  expect(readdirSync(dirname(path))).toEqual([]);
});

const ELSEWHERE = 'XDG_CACHE_HOME may name another directory for caches';

it('says how to have it elsewhere, where a directory cannot be made or a file not be written', () => {
  writeFileSync(directory.file('file'), '');
  const below = fileIn(directory.file('file'));
  expect(() => openCache(below, 'the cache for things')).toThrow(FileError);
  expect(() => openCache(below, 'the cache for things')).toThrow(
    `making the cache for things ${dirname(below)}: a part of the path is a file, not a directory (ENOTDIR); ${ELSEWHERE}`,
  );
  const taken = fileIn(directory.file('cache'));
  mkdirSync(taken, { recursive: true });
  expect(() => openCache(taken, 'the cache for things')).toThrow(
    new RegExp(`^writing ${taken}: .*; ${ELSEWHERE}$`),
  );
});

it.runIf(process.platform === 'linux')('says so where the system lets nobody write', () => {
  const path = fileIn('/proc/dawngrad');
  expect(() => openCache(path, 'the cache for things')).toThrow(
    new RegExp(`^making the cache for things ${dirname(path)}: .*; ${ELSEWHERE}$`),
  );
  expect(existsSync('/proc/dawngrad')).toBe(false);
});
