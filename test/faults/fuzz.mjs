/** Twenty thousand damaged files, given to every parser: the quick suite tries some of each. */
import { spawnSync } from 'node:child_process';

const { status } = spawnSync('npx', ['vitest', 'run', 'test/faults/parsers'], {
  stdio: 'inherit',
  env: { ...process.env, DAWNGRAD_FAULTS_CASES: '20000' },
  shell: process.platform === 'win32',
});
process.exitCode = status ?? 1;
