import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { useDirectory } from '../../support/directory.js';
import { Call, dawngrad, ROOT, start, useBuild } from '../dawngrad.js';

useBuild();
const directory = useDirectory();
const inDirectory = (line: string) => dawngrad(line.split(' '), { cwd: directory.path });

const SETTINGS = 'nin-glyphs --limit 84 --validation 20 --width 0.2 --batch 8 --epochs 1';
const SWEEP = `sweep ${SETTINGS} --over kernelSizes=[3,3,3],[5,5,3] --out found`;

describe('dawngrad sweep', () => {
  it('goes on where Ctrl-C stopped it, names the best trial, and its run can be trained on', async () => {
    const stopped = start(SWEEP.split(' '), { cwd: directory.path });
    await stopped.printed('trial-0001: kernelSizes=[3,3,3]  (0 of 2 done)');
    stopped.process.kill('SIGINT');
    const { status, stdout, stderr } = await stopped.ended;
    expect({ status, stdout }).toEqual({ status: 130, stdout: '' });
    expect(stderr).toContain('stopped; 0 of 2 trials are done; dawngrad sweep --out found goes on\n');

    const finished = await inDirectory('sweep --out found');
    expect(finished.status).toBe(0);
    expect(finished.stderr).toContain('trial-0002: kernelSizes=[5,5,3]  (1 of 2 done, about ');
    const [head, first, second, empty, best] = finished.stdout.split('\n');
    expect(head).toBe('trial       kernelSizes  validation error  wrong    loss  epochs');
    expect(first).toMatch(/^trial-0001 {2}\[3,3,3\] +\d+\.\d\d % +\d+\/20 {2}\d\.\d{4} {7}1$/);
    expect(second).toMatch(/^trial-0002 {2}\[5,5,3\] +\d+\.\d\d % +\d+\/20 {2}\d\.\d{4} {7}1$/);
    expect(empty).toBe('');
    const [, name] =
      /^best: (trial-000[12]), validation error \d+\.\d\d % \(\d+\/20\): kernelSizes=\[/.exec(best!) ?? [];
    expect(finished.stderr).toContain(
      'written to found/results.csv and found/results.svg\n' +
        `to train the best anew on all images, and test it: dawngrad train --resume found/${name}\n`,
    );

    const again = await inDirectory(SWEEP);
    expect([again.status, again.stdout]).toEqual([0, finished.stdout]);
    const retrained = await inDirectory(`train --resume found/${name}`);
    expect(retrained.stderr).toMatch(/on glyphs \(84 \+ 1000 images\)\n.*retrained\nepoch 1\/1/);
    expect(retrained.stdout).toMatch(/^test error: /);

    const other = await inDirectory(SWEEP.replace('--batch 8', '--batch 16'));
    expect(other).toEqual({
      status: 1,
      stdout: '',
      stderr:
        'dawngrad: found holds a sweep that was defined otherwise: batch is 8 there and 16 here. ' +
        'Repeat its settings to go on with it, or name another directory with --out\n',
    });
  });

  it.each([
    ['sweep --validation 9', 'a sweep varies something: --over FIELD=VALUE,VALUE,...'],
    [
      'sweep --over batch=1,2',
      'a sweep compares its trials on images that are held out; hold some out with --validation N',
    ],
    [
      'sweep --validation 9 --over learningRate=log:1e-3..1',
      'learningRate is drawn from a range: say how often with --random N',
    ],
    ['sweep --out nowhere', 'nowhere: no sweep to go on with: it has no sweep.json'],
  ])('refuses in one line: %s', async (line, message) => {
    expect(await inDirectory(line)).toEqual({ status: 1, stdout: '', stderr: `dawngrad: ${message}\n` });
    expect(readdirSync(directory.path)).not.toContain('runs');
  });
});

/** A process that waits for its peers, then counts each of twenty trials to three, in files. Killed, it is in its second. */
const WORKER = `
  const { Claims } = await import('./dist/files/claims/claim.js');
  const { workThrough } = await import('./dist/experiments/sweep/work.js');
  const { appendFileSync, existsSync, readFileSync } = await import('node:fs');
  const { setTimeout: sleep } = await import('node:timers/promises');
  const [sweep, peers, killed] = process.argv.slice(1);
  const steps = (name) => (existsSync(sweep + '/' + name) ? readFileSync(sweep + '/' + name, 'utf8').length : 0);
  appendFileSync(sweep + '/ready', 'x');
  while (readFileSync(sweep + '/ready').length < Number(peers)) await sleep(1);
  let begun = 0;
  await workThrough({
    trials: Array.from({ length: 20 }, (_, index) => ({ name: 'trial-' + index })),
    claims: new Claims(sweep),
    isDone: ({ name }) => steps(name) >= 3,
    signal: new AbortController().signal,
    interval: 5,
    run: async ({ name }) => {
      begun += 1;
      while (steps(name) < 3) {
        appendFileSync(sweep + '/' + name, String(steps(name)));
        if (killed && begun === 2) process.kill(process.pid, 'SIGKILL');
        await sleep(2);
      }
    },
  });
  console.log(begun);
`;

describe('processes on one sweep', () => {
  it('do every trial once, and take over from one that is killed', async () => {
    const worker = (...args: string[]) =>
      new Call(['--input-type=module', '--eval', WORKER, directory.path, ...args], { cwd: ROOT }).ended;
    const killed = await worker('1', 'killed');
    expect([killed.status, killed.stdout]).toEqual([null, '']);
    const others = await Promise.all([worker('3'), worker('3')]);
    for (const { status, stderr } of others) expect([status, stderr]).toEqual([0, '']);
    // The killed one did one trial and began a second, which another begins again.
    expect(others.reduce((sum, { stdout }) => sum + Number(stdout), 0)).toBe(19);
    for (let index = 0; index < 20; index++) {
      expect(readFileSync(join(directory.path, `trial-${index}`), 'utf8')).toBe('012');
    }
  });
});
