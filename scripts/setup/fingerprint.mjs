/** Stamps: a result is kept as the hash of all that it came from, and holds as long as that hash does. */
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './run.mjs';

// In node_modules, so that `npm ci` and `rm -rf node_modules` forget every result.
const STAMPS = join(ROOT, 'node_modules', '.cache', 'dawngrad');

/**
 * @param {string[]} parts
 * @returns {string} their hash; ['ab', 'c'] and ['a', 'bc'] differ
 */
export function fingerprint(parts) {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(`${part.length}:`).update(part);
  return hash.digest('hex');
}

/**
 * @param {string} directory
 * @returns {string[]} the files below it, as sorted absolute paths
 */
export function filesBelow(directory) {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

/**
 * @param {string} name
 * @param {string} hash
 * @returns {boolean} whether `name` was recorded with this hash
 */
export function isRecorded(name, hash) {
  try {
    return readFileSync(join(STAMPS, name), 'utf8') === hash;
  } catch {
    return false;
  }
}

/**
 * @param {string} name
 * @param {string} hash
 */
export function record(name, hash) {
  mkdirSync(STAMPS, { recursive: true });
  writeFileSync(join(STAMPS, name), hash);
}
