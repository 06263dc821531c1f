/** A config says which files it means by what is in them, too: the one that builds its net, and the one with its first weights. */
import { resolve } from 'node:path';
import { sha256OfFile, shortHash } from '../../files/sha256.js';
import { statOf } from '../../files/stat.js';
import { isNetFile } from '../nets/net-file.js';
import { refuseUntrusted, trustNet } from '../nets/trusted-nets.js';
import { RunDirectory } from '../run/run-directory.js';
import { RunError } from '../run/run-error.js';
import type { RunConfig } from './config.js';

/**
 * The config with what its files are by now.
 * @param named did the user name the net's file just now? Then it may have changed since the config was written
 * @throws RunError when one is not what the config says, or a net's file that the user never named, FileError when it cannot be read
 */
export function pinFiles<Config extends Pick<RunConfig, 'model' | 'modelSha256' | 'initFrom'>>(
  config: Config,
  named: boolean,
): Config {
  const { model, modelSha256, initFrom } = config;
  const sha256 = isNetFile(model) ? pinned(model, named ? undefined : modelSha256) : undefined;
  // That nothing else is imported, `importNet` sees to; here it is told before any images are read.
  if (sha256) (named ? trustNet : refuseUntrusted)(model);
  return {
    ...config,
    ...(sha256 && { modelSha256: sha256 }),
    ...(initFrom && {
      initFrom: { path: initFrom.path, sha256: pinned(initFrom.path, initFrom.sha256) },
    }),
  };
}

function pinned(path: string, expected: string | undefined): string {
  const sha256 = sha256OfFile(path);
  if (expected === undefined || sha256 === expected) return sha256;
  throw new RunError(
    `${path}: it is not the file that the config names (SHA-256 ${shortHash(sha256)}, ` +
      `the config says ${shortHash(expected)}); name it anew to take it as it is`,
  );
}

/** The file with the weights that a user means: the last checkpoint of a run, or a file itself. */
export const weightsFile = (path: string): string =>
  resolve(statOf(path)?.isDirectory() ? RunDirectory.open(path).final.last : path);
