import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { refuseUntrusted, trustNet } from '../../../src/train/nets/trusted-nets.js';
import { chooseConfig, resumedConfig } from '../../../src/train/recipes/choose-config.js';
import { useFreshDirectory } from '../../support/directory.js';

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

const NEVER_NAMED = /net\.mjs, a program that you have not named on this machine/;

/** A config file in a directory, written on a machine where the net was named. */
function theirConfig(): { run: string; file: string } {
  const run = directory.file('run');
  mkdirSync(run);
  const config = chooseConfig({ model: net, dataset: 'glyphs', changes: {} });
  writeFileSync(`${run}/config.json`, JSON.stringify(config));
  vi.stubEnv('XDG_CACHE_HOME', directory.file('cache of another machine'));
  return { run, file: `${run}/config.json` };
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
  it.each<[string, () => unknown]>([
    ['a config', () => chooseConfig({ configFile: theirConfig().file, changes: {} })],
    ['a recipe', () => chooseConfig({ recipe: theirRecipe(), dataset: 'glyphs', changes: {} })],
    ['a run', () => resumedConfig(theirConfig().run, { changes: {} })],
  ])('in %s is not imported', (_, choose) => {
    expect(choose).toThrow(NEVER_NAMED);
    expect(existsSync(trace)).toBe(false);
  });

  it('is taken once the user has named it, until it changes', () => {
    expect(() => refuseUntrusted(net, 'the run')).toThrow(NEVER_NAMED);
    trustNet(net);
    expect(() => refuseUntrusted(net, 'the run')).not.toThrow();
    writeFileSync(net, '// another\n');
    expect(() => refuseUntrusted(net, 'the run')).toThrow(NEVER_NAMED);
  });
});
