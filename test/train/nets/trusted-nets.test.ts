import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { sha256OfFile } from '../../../src/files/sha256.js';
import { openModel } from '../../../src/train/nets/open-model.js';
import { refuseUntrusted, trustNet } from '../../../src/train/nets/trusted-nets.js';
import { chooseConfig, resumedConfig } from '../../../src/train/recipes/choose-config.js';
import type { RunConfig } from '../../../src/train/recipes/config.js';
import { RunDirectory } from '../../../src/train/run/run-directory.js';
import { useDevice } from '../../support/device.js';
import { useFreshDirectory } from '../../support/directory.js';

const gpu = useDevice();
const directory = useFreshDirectory();

/** A net's file that leaves a trace where it is imported. */
let net: string;
let trace: string;

beforeEach(() => {
  vi.stubEnv('XDG_CACHE_HOME', directory.file('cache'));
  net = directory.file('net.mjs');
  trace = directory.file('trace');
  writeFileSync(
    net,
    `import { writeFileSync } from 'node:fs';\nwriteFileSync(${JSON.stringify(trace)}, '');\nexport default () => {};\n`,
  );
});
afterEach(() => vi.unstubAllEnvs());

const NEVER_NAMED = /net\.mjs: a program that you have not named on this machine/;

/** A run's directory, of a machine where the net was named. */
function theirRun(): string {
  const run = directory.file('run');
  mkdirSync(run);
  const other = directory.file('other.mjs');
  writeFileSync(other, 'export default () => {};\n');
  const config = chooseConfig({ model: other, dataset: 'glyphs', changes: {} });
  const theirs = { ...config, model: net, modelSha256: sha256OfFile(net), input: [3, 32, 32], classes: 10 };
  writeFileSync(`${run}/config.json`, JSON.stringify(theirs));
  return run;
}

function theirRecipe(): string {
  const recipe = directory.file('recipe.json');
  writeFileSync(
    recipe,
    JSON.stringify({ extends: 'nin-cifar10', description: 'theirs', model: './net.mjs' }),
  );
  return recipe;
}

describe('a net that somebody else names', () => {
  it.each<[string, () => RunConfig]>([
    ['a config', () => chooseConfig({ configFile: `${theirRun()}/config.json`, changes: {} })],
    ['a recipe', () => chooseConfig({ recipe: theirRecipe(), dataset: 'glyphs', changes: {} })],
    ['a run', () => resumedConfig(theirRun(), { changes: {} })],
    ['a config that is read as it is', () => RunDirectory.open(theirRun()).readConfig()],
  ])('in %s is not imported', async (_, choose) => {
    await expect(async () => openModel(choose(), gpu.device)).rejects.toThrow(NEVER_NAMED);
    expect(existsSync(trace)).toBe(false);
  });

  it('is taken once the user has named it, until it changes', () => {
    expect(() => refuseUntrusted(net)).toThrow(NEVER_NAMED);
    trustNet(net);
    expect(() => refuseUntrusted(net)).not.toThrow();
    writeFileSync(net, '// another\n');
    expect(() => refuseUntrusted(net)).toThrow(NEVER_NAMED);
  });
});
