import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { withLock } from '../../scripts/setup/lock.mjs';

let directory: string;
let lock: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'dawngrad-lock-'));
  lock = join(directory, 'lock');
});
afterEach(() => rmSync(directory, { recursive: true }));

it('holds the lock while the work runs, and gives it back even if that fails', () => {
  expect(withLock(() => readFileSync(lock, 'utf8'), lock)).toBe(String(process.pid));
  expect(existsSync(lock)).toBe(false);
  const fail = () => {
    throw new Error('no network');
  };
  expect(() => withLock(fail, lock)).toThrow('no network');
  expect(existsSync(lock)).toBe(false);
});

it("takes a dead process's lock", () => {
  const { pid } = spawnSync(process.execPath, ['--version']);
  writeFileSync(lock, String(pid));
  expect(withLock(() => 'done', lock)).toBe('done');
});

it('lets processes that start together work one after the other', async () => {
  const log = join(directory, 'log');
  const TIMES = 20;
  const script = `
    import { appendFileSync } from 'node:fs';
    import { withLock } from ${JSON.stringify(new URL('../../scripts/setup/lock.mjs', import.meta.url).href)};
    const write = (word) => appendFileSync(${JSON.stringify(log)}, word + process.pid + ' ');
    const work = () => {
      write('start');
      write('end');
    };
    for (let i = 0; i < ${TIMES}; i++) withLock(work, ${JSON.stringify(lock)});
  `;
  const children = [1, 2, 3].map(() => spawn(process.execPath, ['--input-type=module', '-e', script]));
  const endings = await Promise.all(children.map((child) => once(child, 'exit')));
  expect(endings).toEqual([
    [0, null],
    [0, null],
    [0, null],
  ]);
  expect(readFileSync(log, 'utf8')).toMatch(new RegExp(`^(start(\\d+) end\\2 ){${3 * TIMES}}$`));
});
