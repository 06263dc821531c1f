import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { withLock, withLockUnless } from '../../scripts/setup/lock.mjs';

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

it('is not waited for where there is nothing to do', () => {
  // This process holds it, and could wait for ever.
  writeFileSync(lock, String(process.pid));
  const fail = () => {
    throw new Error('it worked');
  };
  withLockUnless(() => true, fail, lock);
  expect(readFileSync(lock, 'utf8')).toBe(String(process.pid));
  rmSync(lock);
  expect(() => withLockUnless(() => false, fail, lock)).toThrow('it worked');
  const inFlux = () => {
    throw new Error('half-written');
  };
  expect(() => withLockUnless(inFlux, fail, lock)).toThrow('it worked');
});

it('makes a second process wait until the first one is done', async () => {
  const module = new URL('../../scripts/setup/lock.mjs', import.meta.url).href;
  const script = `
    import { withLock, withLockUnless } from ${JSON.stringify(module)};
    withLock(() => process.stdout.write('working'), ${JSON.stringify(lock)});
  `;
  writeFileSync(lock, String(process.pid));
  const second = spawn(process.execPath, ['--input-type=module', '-e', script]);
  let output = '';
  second.stdout.on('data', (chunk) => {
    output += chunk;
  });
  const [message] = await once(second.stderr, 'data');
  expect(String(message)).toContain(`waiting for another set-up (process ${process.pid})`);
  expect(output).toBe('');
  rmSync(lock);
  expect(await once(second, 'close')).toEqual([0, null]);
  expect(output).toBe('working');
});
