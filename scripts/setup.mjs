/**
 * Makes this checkout ready to train and to test: the packages, dist/, and a WebGPU adapter.
 *
 * npm runs it before `npm run train` and `npm test`. It does only what is missing, so a checkout that is
 * ready costs a few file hashes, and waits for no other's set-up. It runs before any package is installed: Node's own modules only. Everything
 * it says goes to stderr, because the stdout of the command that follows is read by programs.
 */
import { ensureAdapter, isAdapterReady } from './setup/adapter.mjs';
import { ensureBuild, isBuildReady } from './setup/build.mjs';
import { withLockUnless } from './setup/lock.mjs';
import { checkNodeVersion } from './setup/node-version.mjs';
import { arePackagesReady, ensurePackages } from './setup/packages.mjs';
import { SetupError, say } from './setup/run.mjs';

try {
  checkNodeVersion(process.versions.node);
  withLockUnless(
    () => arePackagesReady() && isBuildReady() && isAdapterReady(),
    () => {
      ensurePackages();
      ensureBuild();
      ensureAdapter();
    },
  );
} catch (error) {
  if (!(error instanceof SetupError)) throw error;
  say(error.message);
  process.exitCode = 1;
}
