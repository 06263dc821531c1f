import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { encode } from 'fast-png';
import { beforeAll, describe, expect, it } from 'vitest';
import { readCheckpoint } from '../../../src/train/checkpoints/checkpoint.js';
import { readProbeMetrics } from '../../../src/train/run/metrics.js';
import { useDirectory } from '../../support/directory.js';
import { writeTinyMnist } from '../../support/tiny-mnist.js';
import { Call, dawngrad, ROOT, start, useBuild } from '../dawngrad.js';
import { inProcess } from '../in-process.js';

useBuild();
const directory = useDirectory();
const within = (name: string) => join(directory.path, name);
const TINY = ['nin-mnist', '--width', '0.1', '--batch', '8'];
const LAST_LINE = /^test error: \d+\.\d\d % \(\d+\/20\)$/;

let data: string[];
beforeAll(() => {
  data = ['--data', writeTinyMnist(within('mnist'))];
});

describe('dawngrad train', () => {
  it('trains, and its net can be scored, asked and trained on', async () => {
    const run = within('run');
    const trained = await dawngrad(['train', ...TINY, ...data, '--epochs', '2', '--out', run]);
    expect(trained.stderr).toMatch(
      /^training nin-mnist \([\d,]+ parameters\) on mnist \(40 \+ 20 images\)\nwith /,
    );
    expect(trained.stderr).toMatch(/\nepoch 1\/2 {2}train loss .*\nepoch 2\/2 {2}train loss .*\n$/);
    expect(trained.status).toBe(0);
    expect(trained.stdout.trimEnd()).toMatch(LAST_LINE);

    const scored = await inProcess(['eval', run], directory.path);
    expect(scored).toEqual({ status: 0, stdout: trained.stdout, stderr: '' });

    const image = within('stripe.png');
    const pixels = new Uint8Array(56 * 40).fill(255, 20 * 40, 24 * 40);
    writeFileSync(image, encode({ width: 40, height: 56, channels: 1, data: pixels }));
    const guessed = await inProcess(['predict', run, image, '--best'], directory.path);
    expect(guessed.status).toBe(0);
    const guesses = guessed.stdout.trimEnd().split('\n');
    expect(guesses).toHaveLength(5);
    for (const guess of guesses) expect(guess).toMatch(/^ *\d+\.\d\d % {2}\d$/);

    mkdirSync(within('images/inner'), { recursive: true });
    cpSync(image, within('images/inner/b.png'));
    writeFileSync(
      within('images/a.PNG'),
      encode({ width: 9, height: 9, channels: 1, data: new Uint8Array(81).fill(255) }),
    );
    // What a file manager leaves beside an image, and a folder that is called like one.
    writeFileSync(within('images/._a.PNG'), 'x');
    mkdirSync(within('images/empty.png'));
    const many = await dawngrad(['predict', run, within('images'), 'none.png', '--csv']);
    expect(many.status).toBe(1);
    expect(many.stdout).toMatch(
      /^image,class,probability\r\n.*a\.PNG,\d,[\d.]+\r\n.*inner.b\.png,\d,[\d.]+\r\nnone\.png,,\r\n$/,
    );
    expect(many.stderr).toMatch(/^dawngrad: none\.png: cannot be read: .*\n$/);

    writeFileSync(within('images/c.gif'), 'GIF89a');
    const other = await inProcess(['predict', run, 'images', '--csv'], directory.path);
    expect(other.stderr).toBe('dawngrad: images/c.gif: a GIF image; only PNG and JPEG can be read\n');

    const longer = await dawngrad(['train', '--resume', run, '--epochs', '3']);
    expect(longer.stderr).toContain('going on after step 0 of epoch 3\nepoch 3/3');
    expect(longer.status).toBe(0);
    expect(readFileSync(join(run, 'metrics.jsonl'), 'utf8').match(/"epoch":\d/g)).toEqual([
      '"epoch":1',
      '"epoch":2',
      '"epoch":3',
    ]);
  });

  it('writes what probes find, and stops at the launch that makes the first infinity', async () => {
    const run = within('watched');
    const args = ['train', ...TINY, ...data, '--epochs', '1', '--out', run];
    const watched = await dawngrad([...args, '--probe', '2']);
    expect(watched.status).toBe(0);
    const probed = readProbeMetrics(join(run, 'metrics.jsonl')).map(({ step }) => step);
    expect(new Set(probed)).toEqual(new Set([1, 3, 5]));
    expect((await inProcess(['eval', run], directory.path)).stdout).toBe(watched.stdout);

    const diverging = within('diverging');
    const rate = ['--lr', '1e30', '--warm-up', '0', '--check-numerics'];
    const failed = await inProcess(
      ['train', ...TINY, ...data, '--epochs', '1', ...rate, '--out', diverging],
      directory.path,
    );
    expect(failed.status).toBe(1);
    expect(failed.stderr.trimEnd().split('\n').at(-1)).toMatch(
      /^dawngrad: step \d of epoch 1: numbers that are not finite come first from layer "[\w.]+", .*; all of it is in .*diverging\/not-finite\.safetensors$/,
    );
    expect(existsSync(join(diverging, 'not-finite.safetensors'))).toBe(true);
  });

  it('follows a recipe: holds images out, then trains on them too', async () => {
    const recipe = within('tiny.json');
    const lines = {
      extends: 'nin-mnist',
      description: 'tiny',
      width: 0.1,
      batch: 8,
      epochs: 2,
      preprocessing: [{ name: 'gcn' }],
      validation: { images: 10, from: 'each-class' },
    };
    writeFileSync(recipe, JSON.stringify(lines));
    const run = within('by-recipe');
    const trained = await dawngrad(['train', '--recipe', recipe, ...data, '--out', run]);
    expect(trained.status).toBe(0);
    expect(trained.stderr).toMatch(
      /on mnist \(30 \+ 10 held out \+ 20 images\)\n.*\nepoch 1\/2 .*validation loss .*\nepoch 2\/2 .*validation loss /,
    );
    expect(trained.stderr).toMatch(
      /on mnist \(40 \+ 20 images\)\n.*retrained\nepoch 1\/2 .*test loss .*\nepoch 2\/2 .*test loss /,
    );
    expect(trained.stdout.trimEnd()).toMatch(LAST_LINE);
    expect(JSON.parse(readFileSync(join(run, 'config.json'), 'utf8'))).toMatchObject({
      recipe: 'tiny',
      ...{ epochs: 2, momentum: 0.9, schedule: { name: 'plateau' } },
    });
    expect(await inProcess(['eval', run], directory.path)).toEqual({
      status: 0,
      stdout: trained.stdout,
      stderr: '',
    });
  });

  it('repeats a run from its config, stops when its time is over, and goes on in another place to the same bits', async () => {
    const [straight, piece, moved] = ['straight', 'piece', 'moved'].map(within) as [string, string, string];
    const line = ['train', ...TINY, ...data, '--epochs', '2', '--seed', '4'];
    const whole = await dawngrad([...line, '--out', straight]);
    const config = ['--config', join(straight, 'config.json')];
    const stopped = await dawngrad(['train', ...config, '--out', piece, '--minutes', '0.0001']);
    expect(stopped.status).toBe(0);
    expect(stopped.stdout).toBe('');
    expect(stopped.stderr).toMatch(
      /0\.0001 minutes are over: stopping (after this step|when the images are ready)\n/,
    );
    expect(stopped.stderr).toMatch(/stopped after step \d of epoch 1; --resume .*\nleft: 2 epochs\n$/);
    cpSync(piece, moved, { recursive: true });
    cpSync(data[1]!, within('other-data'), { recursive: true });
    rmSync(piece, { recursive: true });
    const resumed = await dawngrad([
      'train',
      '--resume',
      moved,
      '--data',
      within('other-data'),
      '--minutes',
      '60',
    ]);
    expect(resumed.status).toBe(0);
    expect(resumed.stdout).toBe(whole.stdout);
    expect(resumed.stderr).not.toContain('bits differ');
    const [one, other] = [straight, moved].map((run) => readCheckpoint(join(run, 'last.safetensors')));
    expect(other!.tensors).toEqual(one!.tensors);
  });

  it('gives each of three runs that start together a directory of its own', async () => {
    const cwd = within('together');
    mkdirSync(cwd);
    const args = ['train', ...TINY, ...data, '--epochs', '1', '--limit', '8'];
    const ended = await Promise.all([1, 2, 3].map(() => dawngrad(args, { cwd })));
    expect(ended.map(({ status }) => status)).toEqual([0, 0, 0]);
    const runs = readdirSync(join(cwd, 'runs'));
    expect(runs).toHaveLength(3);
    for (const run of runs) expect(existsSync(join(cwd, 'runs', run, 'result.json'))).toBe(true);
  });

  it('leaves no directory behind that was not used', async () => {
    const cwd = within('unused');
    mkdirSync(cwd);
    const { status, stderr } = await inProcess(['train', ...TINY, ...data, '--limit', '41'], cwd);
    expect({ status, stderr }).toEqual({
      status: 1,
      stderr: 'dawngrad: --limit 41: mnist has 40 training images\n',
    });
    expect(readdirSync(join(cwd, 'runs'))).toEqual([]);
  });

  it('trains a run in one process at a time, saves within an epoch when it is told to, and goes on after a kill', async () => {
    const run = within('killed');
    const first = start([
      ...['train', ...TINY, ...data, '--epochs', '1000', '--out', run],
      ...['--checkpoint-every', '2steps'],
    ]);
    await first.printed('epoch 1/1000');
    // The second is told who has it, and changes nothing.
    const second = await inProcess(['train', '--resume', run], directory.path);
    expect(second).toEqual({
      status: 1,
      stdout: '',
      stderr: `dawngrad: ${run} is being trained by process ${first.process.pid} on ${hostname()}: wait until that has ended\n`,
    });
    first.process.kill('SIGKILL');
    await first.ended;
    expect(JSON.parse(readFileSync(join(run, 'config.json'), 'utf8'))).toMatchObject({
      checkpointEvery: { steps: 2 },
    });
    const epochs = readFileSync(join(run, 'metrics.jsonl'), 'utf8').split('\n').length;
    const more = ['--epochs', String(epochs), '--checkpoint-every', 'off'];
    const resumed = await dawngrad(['train', '--resume', run, ...more]);
    expect(resumed.stderr).toMatch(/going on after step \d of epoch/);
    expect(resumed.status).toBe(0);
    expect(readdirSync(run).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });

  it.each([
    ['SIGINT', 130, 'Ctrl-C again'],
    ['SIGTERM', 143, 'a second SIGTERM'],
    ['SIGHUP', 129, 'a second SIGHUP'],
  ] as const)('saves at %s, exits with %i, and goes on from there', async (name, code, again) => {
    const run = within(`stopped-by-${name}`);
    const call = start(['train', ...TINY, ...data, '--epochs', '1000', '--out', run]);
    await call.printed('epoch 1/1000');
    call.process.kill(name);
    const { status, stdout, stderr } = await call.ended;
    expect(status).toBe(code);
    expect(stdout).toBe('');
    const stopped = /stopped after step (\d) of epoch (\d+);/;
    const [, step, epoch] = stopped.exec(stderr) ?? [];
    expect(stderr).toContain(`stopping after this step; ${again} stops at once\n`);
    expect(stderr).toMatch(stopped);

    const resumed = await inProcess(['train', '--resume', run, '--epochs', String(epoch)], directory.path);
    expect(resumed.stderr).toContain(`going on after step ${step} of epoch ${epoch}\n`);
    expect(resumed.status).toBe(0);
    expect(resumed.stdout.trimEnd()).toMatch(LAST_LINE);
  });

  it('leaves nothing half-written when the disk is full', async () => {
    const full = (writes: number) => ({
      node: ['--import', fullDisk(writes)],
    });
    const atOnce = within('full');
    const first = await dawngrad(['train', ...TINY, ...data, '--out', atOnce], full(0));
    expect(first).toEqual({
      status: 1,
      stdout: '',
      stderr: `dawngrad: writing ${join(atOnce, 'claims', 'run.1.claim')}: the disk is full (ENOSPC)\n`,
    });
    expect(existsSync(atOnce)).toBe(false);

    // The claim, the config, the preprocessing, the circumstances and the first line of the metrics still fit, the checkpoint does
    // not.
    const later = within('full-later');
    const second = await dawngrad(['train', ...TINY, ...data, '--out', later], full(5));
    expect(second.stderr).toContain(
      `dawngrad: writing ${join(later, 'best.safetensors')}: the disk is full (ENOSPC)\n`,
    );
    expect(second.status).toBe(1);
    expect(readdirSync(later).sort()).toEqual([
      'circumstances.json',
      'claims',
      'config.json',
      'metrics.jsonl',
      'preprocessing.safetensors',
    ]);
  });
});

/** A module that lets so many writes pass, and then fills the disk. */
function fullDisk(writes: number): string {
  const source = `
    import fs from 'node:fs';
    import { syncBuiltinESMExports } from 'node:module';
    const { writeSync } = fs;
    let left = ${writes};
    fs.writeSync = (...args) => {
      if (left-- > 0) return writeSync(...args);
      throw Object.assign(new Error('no space'), { code: 'ENOSPC' });
    };
    syncBuiltinESMExports();
  `;
  return `data:text/javascript,${encodeURIComponent(source)}`;
}

describe('a process that forgets device.destroy()', () => {
  it('ends with its own exit code', async () => {
    const program = `
      import { Device } from './dist/gpu/device.js';
      await Device.create();
      process.exitCode = 7;
    `;
    const { status } = await new Call(['--input-type=module', '--eval', program], { cwd: ROOT }).ended;
    expect(status).toBe(7);
  });
});
