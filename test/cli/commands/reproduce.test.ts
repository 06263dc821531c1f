import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { useDirectory } from '../../support/directory.js';
import { dawngrad, useBuild } from '../dawngrad.js';

useBuild();
const directory = useDirectory();
const within = (name: string) => join(directory.path, name);

describe('dawngrad reproduce', () => {
  it.each([
    [
      ['table9', '--data', '.'],
      1,
      /^dawngrad: no experiment is called "table9"; there are table1, .*, and all for .*\n$/,
    ],
    [['fig3'], 1, /^dawngrad: nin-cifar10 learns from files: name their directory with --data DIR.*\n$/],
    [['fig3', '--scale', 'huge'], 2, /^dawngrad: option '--scale <name>' argument 'huge' is invalid.*\n$/],
    [['fig3', '--data', 'nowhere'], 1, /^2 runs: .*\ndawngrad: \S*nowhere: no such directory\n$/],
    [[], 2, /^dawngrad: missing required argument 'experiment'\n$/],
    [['table9', '--plan'], 1, /^dawngrad: no experiment is called "table9"; .*\n$/],
    [['table5', '--run', 'here'], 1, /^dawngrad: table5 compares several runs; --run is for .*\n$/],
    [['fig4', '--run', 'nowhere'], 1, /^dawngrad: nowhere: not the directory of a run: no such directory\n$/],
  ])('says in a line what is wrong with %j, and leaves nothing behind', async (args, status, line) => {
    const outcome = await dawngrad(['reproduce', ...args], { cwd: directory.path });
    expect(outcome.status).toBe(status);
    expect(outcome.stderr).toMatch(line);
    expect(outcome.stdout).toBe('');
    expect(readdirSync(directory.path)).toEqual([]);
  });

  it('prints what all experiments would take, and trains none; then it leaves out those whose data are not there', async () => {
    const data = within('empty');
    mkdirSync(data);
    const line = ['reproduce', 'all', '--data', data, '--scale', 'full', '--out', within('all')];
    const { status, stdout } = await dawngrad([...line, '--plan'], { cwd: directory.path });
    expect(status).toBe(0);
    expect(stdout).toMatch(
      /^run +state +epochs left +images\/s +minutes\nnin-cifar10-no-dropout, seed 0 +no data here\n/,
    );
    expect(stdout).toMatch(/\nnin-mnist, seed 0 +no data here\n/);
    expect(readdirSync(directory.path)).toEqual(['empty']);
    const run = await dawngrad([...line, '--minutes', '60'], { cwd: directory.path });
    expect(run.status).toBe(0);
    for (const name of ['fig3', 'table1', 'table4', 'sec4.6'])
      expect(run.stderr).toContain(`${name} is left out: `);
    expect(run.stdout).toBe('');
    rmSync(data, { recursive: true });
  });

  describe('on a trained run', () => {
    beforeAll(async () => {
      const few = ['--limit', '200', '--epochs', '1', '--width', '0.3'];
      expect((await dawngrad(['train', 'nin-glyphs', ...few, '--out', within('run')])).status).toBe(0);
    });

    it('draws its class maps', async () => {
      const { status, stdout } = await dawngrad(
        ['reproduce', 'fig4', '--run', within('run'), '--out', within('maps')],
        { cwd: directory.path },
      );
      expect(status).toBe(0);
      expect(stdout).toContain('nin-glyphs, glyphs');
      expect(readdirSync(within('maps')).sort()).toEqual(['fig4-run.csv', 'fig4-run.html', 'fig4-run.png']);
      const [head, first] = readFileSync(within('maps/fig4-run.csv'), 'utf8').split('\r\n');
      expect(head).toMatch(/^image,class,answer,mean of ring,mean of triangle,/);
      expect(first).toMatch(/^0,ring,\w+(,-?[\d.e-]+){10}$/);
      const page = readFileSync(within('maps/fig4-run.html'), 'utf8');
      const [, right, largest, again] =
        /the net gets (\d+) right\. In (\d+) of these (\d+) the true class/.exec(
          page.replaceAll('&#39;', "'"),
        ) ?? [];
      expect(Number(right)).toBeGreaterThan(0);
      expect([largest, again]).toEqual([right, right]);
      expect(page).toContain(`dawngrad reproduce fig4 --run ${within('run')}`);
    });
  });
});
