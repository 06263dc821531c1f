import { describe, expect, it } from 'vitest';
import { isCurrent } from '../../scripts/setup/packages.mjs';

const MACHINE = { platform: 'linux', arch: 'x64' };
const LOCKED = {
  '': { name: 'dawngrad', version: '0.1.0' },
  'node_modules/webgpu': { version: '0.6.2' },
  'node_modules/binding-linux': { version: '1.0.0', optional: true, os: ['linux'], cpu: ['x64'] },
  'node_modules/binding-macos': { version: '1.0.0', optional: true, os: ['darwin'], cpu: ['arm64'] },
};
const { 'node_modules/webgpu': webgpu, 'node_modules/binding-linux': binding } = LOCKED;
const INSTALLED = { 'node_modules/webgpu': webgpu, 'node_modules/binding-linux': binding };

describe('isCurrent', () => {
  it.each([
    ['what npm installs here', INSTALLED, true],
    ['no optional package', { 'node_modules/webgpu': webgpu }, true],
    ['a package added by hand', { ...INSTALLED, 'node_modules/extra': { version: '1.0.0' } }, true],
    ['no needed package', { 'node_modules/binding-linux': binding }, false],
    ['another version', { ...INSTALLED, 'node_modules/webgpu': { version: '0.6.1' } }, false],
    [
      "another system's",
      { ...INSTALLED, 'node_modules/binding-macos': LOCKED['node_modules/binding-macos'] },
      false,
    ],
  ])('judges node_modules with %s', (_, installed, expected) => {
    expect(isCurrent(LOCKED, installed, MACHINE)).toBe(expected);
  });

  it.each([
    [['!win32'], true],
    [['!linux'], false],
    [['linux', 'darwin'], true],
  ])('reads the systems of a package as npm does: %j', (os, expected) => {
    const entries = { 'node_modules/native': { version: '1.0.0', os } };
    expect(isCurrent(entries, entries, MACHINE)).toBe(expected);
  });
});
