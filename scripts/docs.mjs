/**
 * The book: `node scripts/docs.mjs build` makes it and the API reference in `docs/.vitepress/dist`, `dev` serves it while it is
 * written. Its packages are apart from the project's, and installed when they are first needed.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const docs = fileURLToPath(new URL('../docs/', import.meta.url));

function run(command, ...args) {
  const { status } = spawnSync(command, args, {
    cwd: docs,
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
  if (status !== 0) process.exit(status ?? 1);
}

const [what] = process.argv.slice(2);
if (what !== 'dev' && what !== 'build') {
  console.error('usage: node scripts/docs.mjs dev|build');
  process.exit(1);
}
if (!existsSync(`${docs}node_modules`)) run('npm', 'ci', '--no-audit', '--no-fund');
if (what === 'build' || !existsSync(`${docs}public/api`)) run('npx', 'typedoc', '--logLevel', 'Warn');
run('npx', 'vitepress', what);
