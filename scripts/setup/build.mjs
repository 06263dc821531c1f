/** dist/: built when it is missing or was made from other sources. Shaders are read at run time, unbuilt. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { filesBelow, fingerprint, isRecorded, record } from './fingerprint.mjs';
import { ROOT, run, say } from './run.mjs';

const COMPILER = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc');
const CONFIGURATION = ['package-lock.json', 'tsconfig.json', 'tsconfig.build.json'];

/** @returns {boolean} whether dist/ was made from the sources as they are */
export function isBuildReady() {
  return existsSync(join(ROOT, 'dist', 'cli', 'main.js')) && isRecorded('build', sourceFingerprint());
}

export function ensureBuild() {
  if (isBuildReady()) return;
  // Before building: what changes meanwhile is not in it.
  const hash = sourceFingerprint();
  say('building dist/ (tsc)');
  run('building dist/', process.execPath, [COMPILER, '-p', 'tsconfig.build.json']);
  record('build', hash);
}

function sourceFingerprint() {
  const sources = [...CONFIGURATION.map((name) => join(ROOT, name)), ...filesBelow(join(ROOT, 'src'))];
  return fingerprint(sources.flatMap((path) => [path, readFileSync(path, 'utf8')]));
}
