import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { useDirectory } from '../../support/directory.js';
import { dawngrad, useBuild } from '../dawngrad.js';

useBuild();

describe('dawngrad trace', () => {
  const directory = useDirectory();
  const net = ['nin-glyphs', '--batch', '4', '--width', '0.2'];

  it('writes the trace of some steps, and says what came out', async () => {
    const out = join(directory.path, 'steps.json');
    const { status, stdout, stderr } = await dawngrad(['trace', ...net, '--steps', '3', '--out', out]);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toMatch(
      /^nin-glyphs, batch 4, on .+: 3 training steps of [\d.]+ ms, \d+ launches, .* busy for \d+ % of the time\n/,
    );
    expect(stdout).toContain(`\nwritten to ${out}; open it at https://ui.perfetto.dev\n`);
    const { traceEvents, otherData } = JSON.parse(readFileSync(out, 'utf8'));
    expect(otherData).toMatchObject({ model: 'nin-glyphs', batch: 4, steps: 3 });
    expect(traceEvents.filter(({ name }: { name: string }) => name === 'step 3')).toHaveLength(1);
  });

  it('refuses no steps, and a file that cannot be written', async () => {
    const none = await dawngrad(['trace', ...net, '--steps', '0']);
    expect({ status: none.status, stdout: none.stdout }).toEqual({ status: 2, stdout: '' });
    expect(none.stderr).toMatch(/^dawngrad: .*--steps.*whole number of at least 1\.\n$/);
    const out = join(directory.path, 'none', 'steps.json');
    const lost = await dawngrad(['trace', ...net, '--steps', '1', '--out', out]);
    expect({ status: lost.status, stdout: lost.stdout }).toEqual({ status: 1, stdout: '' });
    expect(lost.stderr).toMatch(/^dawngrad: .*steps\.json.*\n$/);
  });
});
