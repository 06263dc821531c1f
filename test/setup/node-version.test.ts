import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { checkNodeVersion, OLDEST_NODE } from '../../scripts/setup/node-version.mjs';

it.each(['20.19.0', '20.20.2', '22.0.0', '24.1.0'])('accepts Node %s', (version) => {
  expect(() => checkNodeVersion(version)).not.toThrow();
});

it.each(['20.18.3', '18.20.8', '8.17.0'])('refuses Node %s, and says what to install', (version) => {
  expect(() => checkNodeVersion(version)).toThrow(
    `needs Node 20.19 or newer, this is Node ${version}. Install`,
  );
});

it("asks for what package.json's engines ask for", () => {
  const { engines } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  expect(`${engines.node}.0`).toBe(`>=${OLDEST_NODE}`);
});
