import { execFileSync } from 'node:child_process';
import { copyFileSync, cpSync, existsSync, mkdirSync, readFileSync, renameSync, symlinkSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { filesBelow } from '../../scripts/setup/fingerprint.mjs';
import { useDirectory } from '../support/directory.js';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** What the project of a user installs beside the package. */
const NODES = [22, 24].map(
  (version) => `node${version}@npm:node-${process.platform}-${process.arch}@${version}`,
);
const TOOLS = [
  'typescript@5.9',
  '@types/node@22',
  'esbuild',
  'vite',
  'webpack',
  'webpack-cli',
  'bun',
  'deno',
];

/** What project/app.mjs prints. */
const PRINTED = /^sum 10, recipes \d\d, trains true\n.*MNIST/m;

const project = useDirectory();
/** Where bundles are run: of all packages, it has Dawn's alone. */
const elsewhere = useDirectory();

const inProject = (command: string, ...args: string[]) =>
  execFileSync(command, args, { cwd: project.path, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
const tool = (name: string, ...args: string[]) => inProject(join('node_modules', '.bin', name), ...args);
const installed = (path = '') => project.file(join('node_modules', 'dawngrad', path));

beforeAll(() => {
  const packed = execFileSync('npm', ['pack', '--silent', '--pack-destination', project.path], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  cpSync(new URL('project/', import.meta.url), project.path, { recursive: true });
  inProject(
    'npm',
    'install',
    '--no-audit',
    '--no-fund',
    `./${packed.trim().split('\n').at(-1)}`,
    ...TOOLS,
    ...NODES,
  );
  copyFileSync(project.file('app.mjs'), project.file('app.ts'));
});

describe('the installed package', () => {
  it('type-checks in a strict project that checks libraries too', () => {
    const strict = ['--noEmit', '--strict', '--module', 'nodenext', '--target', 'es2022'];
    expect(tool('tsc', ...strict, 'app.ts')).toBe('');
  });

  it.each([
    ['Node', process.execPath, ['app.mjs']],
    ['Node 22', 'node_modules/node22/bin/node', ['app.mjs']],
    ['Node 24', 'node_modules/node24/bin/node', ['app.mjs']],
    ['Bun', 'node_modules/.bin/bun', ['app.mjs']],
    ['Deno', 'node_modules/.bin/deno', ['run', '--allow-all', 'app.mjs']],
  ])('computes in %s', (_, runtime, args) => {
    expect(inProject(runtime, ...args)).toMatch(PRINTED);
  });

  it('is required from a program that is no module', () => {
    expect(inProject(process.execPath, 'required.cjs')).toBe('sum 10\n');
  });

  it('has source maps that need no other files', () => {
    const maps = filesBelow(installed('dist')).filter((path: string) => path.endsWith('.map'));
    expect(maps.length).toBeGreaterThan(100);
    for (const path of maps) {
      const { sources, sourcesContent } = JSON.parse(readFileSync(path, 'utf8'));
      for (const [index, source] of sources.entries()) {
        const there = sourcesContent?.[index] ?? existsSync(resolve(dirname(path), source));
        expect(there, `${path}: ${source}`).toBeTruthy();
      }
    }
  });
});

describe('a bundle, without the package', () => {
  const esbuild = ['app.mjs', '--bundle', '--platform=node', '--external:webgpu'];
  const bundles: [name: string, file: string, make: () => void][] = [
    ['esbuild', 'esbuild.mjs', () => tool('esbuild', ...esbuild, '--format=esm', '--outfile=esbuild.mjs')],
    [
      'esbuild, as CommonJS',
      'esbuild.cjs',
      () => tool('esbuild', ...esbuild, '--format=cjs', '--outfile=esbuild.cjs'),
    ],
    ['Vite', 'by-vite/vite.mjs', () => tool('vite', 'build', '--ssr', 'app.mjs')],
    ['webpack', 'by-webpack.mjs', () => tool('webpack')],
  ];

  beforeAll(() => {
    for (const [, , make] of bundles) make();
    renameSync(installed(), project.file('gone'));
    mkdirSync(elsewhere.file('node_modules'));
    symlinkSync(project.file('node_modules/webgpu'), elsewhere.file('node_modules/webgpu'));
  });

  it.each(bundles)('by %s computes', (_, file) => {
    const there = elsewhere.file(file.replace(/^.*\//, ''));
    copyFileSync(project.file(file), there);
    const printed = execFileSync(process.execPath, [there], { cwd: elsewhere.path, encoding: 'utf8' });
    expect(printed).toMatch(PRINTED);
  });
});
