/** The op tests on this adapter: how many pass. */
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const VITEST = join(ROOT, 'node_modules/vitest/vitest.mjs');

/** Files at a time: a GPU takes many, and compiling keeps the processor busy. */
const MOST_WORKERS = 12;

/** @returns {Promise<{ passed: number, failed: number, failures: string[], seconds: number } | undefined>} */
export async function testOps({ deadline, say, folder, software }) {
  if (!existsSync(VITEST)) return say('op tests: vitest is not installed');
  if (deadline.isOver(say, 'op tests')) return undefined;
  const file = join(folder, 'ops.json');
  const side = software
    ? []
    : ['--fileParallelism', `--maxWorkers=${Math.min(MOST_WORKERS, availableParallelism())}`];
  const args = [
    VITEST,
    'run',
    'test/kernels',
    'test/autograd',
    '--reporter=json',
    `--outputFile=${file}`,
    ...side,
  ];
  const start = performance.now();
  const child = spawn(process.execPath, args, { cwd: ROOT, stdio: 'ignore' });
  const timer = setTimeout(() => child.kill('SIGINT'), deadline.left()); // which ends its workers too
  await new Promise((resolve) => child.on('close', resolve));
  clearTimeout(timer);
  const seconds = (performance.now() - start) / 1000;
  if (!existsSync(file)) return say(`op tests: did not come to their end in ${seconds.toFixed(0)} s`);
  const result = countsOf(JSON.parse(readFileSync(file, 'utf8')));
  say(`op tests: ${result.passed} passed, ${result.failed} failed in ${seconds.toFixed(0)} s`);
  for (const failure of result.failures.slice(0, 20)) say(`  ${failure}`);
  return { ...result, seconds };
}

/** What of vitest's report matters. */
export function countsOf({ numPassedTests, numFailedTests, testResults }) {
  const failures = testResults.flatMap(({ assertionResults, status, name, message }) => {
    const failed = assertionResults.filter((one) => one.status === 'failed').map(({ fullName }) => fullName);
    // A file that breaks before its tests has none that failed.
    return failed.length === 0 && status === 'failed' ? [`${name}: ${message}`] : failed;
  });
  return { passed: numPassedTests, failed: Math.max(numFailedTests, failures.length), failures };
}
