/** Two npm commands started together must not install into each other: the second waits for the first. */
import { linkSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { say } from './run.mjs';

// One lock for each user, not for each checkout, because the system's package manager is shared too. It lies
// outside node_modules, which `npm ci` empties.
const LOCK = join(tmpdir(), `dawngrad-setup-${process.getuid?.() ?? 'user'}.lock`);
const POLL_MS = 100;
/** No set-up takes this long; an older lock is a dead process's, whose id another process has got since. */
const ABANDONED_AFTER_MS = 60 * 60_000;

/**
 * Nobody waits for a set-up who needs none.
 *
 * @param {() => boolean} isReady whether there is nothing to do
 * @param {() => void} work runs while no other set-up of this user does
 * @param {string} [path] the lock file
 */
export function withLockUnless(isReady, work, path = LOCK) {
  let ready = false;
  try {
    ready = isReady();
  } catch {
    // Another set-up is changing this very checkout.
  }
  if (!ready) withLock(work, path);
}

/**
 * @template T
 * @param {() => T} work runs while no other set-up of this user does
 * @param {string} [path] the lock file
 * @returns {T} what `work` returned
 */
export function withLock(work, path = LOCK) {
  let told = false;
  while (!acquire(path)) {
    const holder = holderOf(path);
    if (holder === undefined) continue; // released since we tried
    if (holder.isAlive) {
      if (!told) say(`waiting for another set-up (process ${holder.pid}) to finish`);
      told = true;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, POLL_MS);
    } else {
      rmSync(path, { force: true });
    }
  }
  try {
    return work();
  } finally {
    rmSync(path, { force: true });
  }
}

/**
 * Linking a finished file makes the lock appear with its content, so nobody ever reads an empty one.
 *
 * @param {string} path
 */
function acquire(path) {
  const own = `${path}.${process.pid}`;
  writeFileSync(own, String(process.pid));
  try {
    linkSync(own, path);
    return true;
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'EEXIST') throw error;
    return false;
  } finally {
    rmSync(own, { force: true });
  }
}

/**
 * @param {string} path
 * @returns {{ pid: number, isAlive: boolean } | undefined} the process that holds the lock, if one does
 */
function holderOf(path) {
  try {
    const isRecent = Date.now() - statSync(path).mtimeMs < ABANDONED_AFTER_MS;
    const pid = Number(readFileSync(path, 'utf8'));
    return { pid, isAlive: isRecent && isAlive(pid) };
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'ENOENT') throw error;
    return undefined;
  }
}

/** @param {number} pid */
function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return /** @type {NodeJS.ErrnoException} */ (error).code === 'EPERM'; // alive, but not ours
  }
}
