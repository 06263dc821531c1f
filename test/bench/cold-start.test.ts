import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const COLD_START = fileURLToPath(new URL('../../bench/cold-start.mjs', import.meta.url));

it('npm run bench:cold times the same first training step without compiled shaders and with them', () => {
  const args = [COLD_START, '--batch', '2', '--width', '0.03'];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  expect([status, stderr]).toEqual([0, '']);
  const line = /^(\d+\.\d) s (with|without) compiled shaders on disk \((.*), loss (\d+\.\d+)\)$/gm;
  const lines = [...stdout.matchAll(line)];
  expect(lines.map(([, , when]) => when)).toEqual(['without', 'with']);
  const [cold, warm] = lines.map(([, , , adapter, loss]) => [adapter, loss]);
  expect(warm).toEqual(cold);
  for (const [, seconds] of lines) expect(Number(seconds)).toBeGreaterThan(0);
});
