import { cpSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { useDirectory } from '../../support/directory.js';
import { writeTinyMnist } from '../../support/tiny-mnist.js';
import { eventFilesIn, readEvents } from '../../train/tensorboard/read-events.js';
import { dawngrad, type Outcome, start, useBuild } from '../dawngrad.js';

useBuild();
const directory = useDirectory();
const run = () => directory.file('run');
let trained: Outcome;

beforeAll(async () => {
  const data = writeTinyMnist(directory.file('mnist'));
  trained = await dawngrad([
    ...['train', 'nin-mnist', '--width', '0.1', '--batch', '8', '--epochs', '2', '--data', data],
    ...['--out', run(), '--tensorboard'],
  ]);
  expect(trained.status).toBe(0);
});

it('dawngrad train --tensorboard leaves event files with the curves in the directory of the run', () => {
  const [file] = eventFilesIn(run());
  const events = readEvents(file!).filter(({ scalars }) => scalars && 'loss/test' in scalars);
  const metrics = readFileSync(join(run(), 'metrics.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(events.map(({ step }) => step)).toEqual(metrics.map(({ step }) => step));
  for (const [epoch, { scalars }] of events.entries()) {
    expect(scalars!['loss/test']).toBeCloseTo(metrics[epoch].testLoss, 5);
    expect(scalars!['error/train']).toBeCloseTo(100 * metrics[epoch].trainError, 4);
    expect(scalars!['learning rate']).toBeCloseTo(metrics[epoch].learningRate, 7);
  }
});

describe('dawngrad eval --by-class', () => {
  it('lists the classes, and ends with the line that eval ends with', async () => {
    const csv = directory.file('classes.csv');
    const { status, stdout, stderr } = await dawngrad(['eval', run(), '--by-class', '--csv', csv]);
    expect([status, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/^ +class +images +wrong +error +top-5 error/);
    expect(stdout.endsWith(`\n${trained.stdout}`)).toBe(true);
    const rows = readFileSync(csv, 'utf8').trim().split('\r\n');
    expect(rows).toHaveLength(11);
    const wrong = rows.slice(1).reduce((sum, row) => sum + Number(row.split(',')[2]), 0);
    expect(trained.stdout).toContain(`(${wrong}/20)`);
  });

  it('prints no table where only a file is asked for', async () => {
    const outcome = await dawngrad(['eval', run(), '--csv', directory.file('only.csv')]);
    expect(outcome).toEqual({ status: 0, stdout: trained.stdout, stderr: '' });
  });
});

describe('dawngrad report', () => {
  it('writes a page into the directory of the run, and says where', async () => {
    const { status, stdout, stderr } = await dawngrad(['report', run()]);
    const file = join(run(), 'report.html');
    expect([status, stdout, stderr]).toEqual([0, `${file}\n`, 'scoring run\n']);
    expect(readFileSync(file, 'utf8')).toContain('"confusion":');
  });

  it('compares runs, and leaves out what takes a GPU where that is asked for', async () => {
    const [html, png] = [directory.file('both.html'), directory.file('both.png')];
    const other = directory.file('other');
    cpSync(run(), other, { recursive: true });
    const config = join(other, 'config.json');
    writeFileSync(config, readFileSync(config, 'utf8').replace('"batch": 8', '"batch": 10'));
    const files = ['--html', html, '--png', png, '--no-eval'];
    const { status, stdout } = await dawngrad(['report', run(), other, ...files]);
    expect([status, stdout]).toEqual([0, `${html}\n${png}\n`]);
    const page = readFileSync(html, 'utf8');
    expect(page).toContain('"field":"batch","values":["8","10"],"differs":true');
    expect(page).not.toContain('"confusion":');
  });

  it.each([['report'], ['watch']])('%s says in one line that there is no run', async (command) => {
    const { status, stdout, stderr } = await dawngrad([command, directory.file('gone')]);
    expect([status, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(/^dawngrad: .*gone: not the directory of a run: no such directory\n$/);
    expect(existsSync(directory.file('gone'))).toBe(false);
  });
});

describe('dawngrad watch', () => {
  /** Starts watching; resolves to the address that is printed. */
  async function watch(...args: string[]) {
    const call = start(['watch', ...args, '--no-eval']);
    const url = await new Promise<string>((resolve) => {
      call.process.stdout.once('data', (text: string) => resolve(text.trim()));
    });
    return { call, url };
  }

  it('serves the page until Ctrl-C', async () => {
    const { call, url } = await watch(run());
    expect(await (await fetch(url)).text()).toContain('nin-mnist on mnist');
    call.process.kill('SIGINT');
    const { status, stderr } = await call.ended;
    expect(status).toBe(130);
    expect(stderr).toBe('closing; Ctrl-C again stops at once\n');
  });

  it('says in one line that the run has vanished', async () => {
    const other = directory.file('other');
    const { call } = await watch(other);
    rmSync(other, { recursive: true });
    const { status, stderr } = await call.ended;
    expect(status).toBe(1);
    expect(stderr).toMatch(/^dawngrad: .*other: not the directory of a run: .*\n$/);
  });

  it('says in one line that its port is taken', async () => {
    const { call, url } = await watch(run());
    const { status, stderr } = await dawngrad(['watch', run(), '--port', new URL(url).port]);
    expect(status).toBe(1);
    expect(stderr).toMatch(/^dawngrad: listening on port \d+: .*\n$/);
    call.process.kill('SIGTERM');
    await call.ended;
  });
});
