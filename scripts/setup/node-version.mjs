import { SetupError } from './run.mjs';

/** The oldest Node that we test on; package.json's "engines" says the same. */
export const OLDEST_NODE = '20.19.0';

/**
 * @param {string} version as `process.versions.node` gives it
 * @throws {SetupError} if it is older than {@link OLDEST_NODE}
 */
export function checkNodeVersion(version) {
  const [major, minor] = version.split('.').map(Number);
  const [oldestMajor, oldestMinor] = OLDEST_NODE.split('.').map(Number);
  if (major > oldestMajor || (major === oldestMajor && minor >= oldestMinor)) return;
  throw new SetupError(
    `dawngrad needs Node ${oldestMajor}.${oldestMinor} or newer, this is Node ${version}. ` +
      'Install a current one from https://nodejs.org, or with your version manager (`nvm install --lts`).',
  );
}
