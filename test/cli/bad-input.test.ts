import { cpSync, mkdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { models } from '../../src/nn/models/index.js';
import { encodeSafetensors } from '../../src/train/checkpoints/safetensors.js';
import { RunDirectory } from '../../src/train/run/run-directory.js';
import { useDirectory } from '../support/directory.js';
import { writeTinyMnist } from '../support/tiny-mnist.js';
import { tinyConfig } from '../train/run/tiny-run.js';
import { dawngrad, useBuild } from './dawngrad.js';
import { inProcess } from './in-process.js';

useBuild();
const directory = useDirectory();
const FILES = 'a file of your own (.mjs, .js, .cjs, .ts, .mts, .cts)';
const MODELS = [...models.keys()].join(', ');
const FAILED = 1;
const BAD_USAGE = 2;
const FLIPPED =
  'reading flipped-run/best.safetensors: it is damaged: its content is not that of which it has the checksum';

beforeAll(async () => {
  const within = (name: string) => join(directory.path, name);
  writeTinyMnist(within('mnist'));
  truncateSync(join(writeTinyMnist(within('truncated')), 'train-images-idx3-ubyte'), 1000);
  writeFileSync(join(writeTinyMnist(within('labels')), 't10k-labels-idx1-ubyte'), labelsWith(10));
  mkdirSync(within('empty'));
  mkdirSync(within('used'));
  writeFileSync(within('used/file'), '');
  writeFileSync(within('file'), 'text');
  writeFileSync(within('file.json'), 'text');
  RunDirectory.create(within('new-run'), tinyConfig);
  writeFileSync(RunDirectory.create(within('damaged-run'), tinyConfig).last, 'damaged');
  writeFileSync(
    RunDirectory.create(within('foreign-run'), tinyConfig).last,
    encodeSafetensors({ tensors: new Map(), metadata: {} }),
  );
  // A real run, for what goes wrong after its checkpoint was read.
  const run = await dawngrad(
    ['train', 'nin-mnist', '--data', 'mnist', '--width', '0.1', '--epochs', '1', '--out', 'run'],
    { cwd: directory.path },
  );
  expect(run.status).toBe(0);
  for (const copy of ['edited-run', 'flipped-run']) cpSync(within('run'), within(copy), { recursive: true });
  const config = RunDirectory.open(within('edited-run'));
  config.writeConfig({ ...config.readConfig(), learningRate: 0.5 });
  const { best } = RunDirectory.open(within('flipped-run'));
  const bytes = readFileSync(best);
  bytes[bytes.length - 1000]! ^= 1;
  writeFileSync(best, bytes);
});

/** An IDX file of 20 labels, of which the last is this one. */
function labelsWith(last: number): Uint8Array {
  const bytes = new Uint8Array(8 + 20);
  bytes.set([0, 0, 8, 1, 0, 0, 0, 20]);
  bytes[27] = last;
  return bytes;
}

describe('one line on stderr, nothing on stdout, and a status for', () => {
  it.each<[string, number, string]>([
    ['plan nin-imagenet', FAILED, `no model is called "nin-imagenet"; there are ${MODELS}, or name ${FILES}`],
    [
      'plan nin-mnist --batch 0',
      BAD_USAGE,
      "option '--batch <n>' argument '0' is invalid. It must be a whole number of at least 1.",
    ],
    ...['plan', 'summary', 'tune'].flatMap((command): [string, number, string][] => [
      [
        `${command} nin-svhn --recipe nin-mnist`,
        FAILED,
        'the recipe nin-mnist is for the model nin-mnist, not nin-svhn; leave one of the two out',
      ],
      [
        `${command} hinton-cnn --batch-norm`,
        FAILED,
        'building hinton-cnn: batchNorm is true, and this model has only false; leave the option out',
      ],
    ]),
    ['frobnicate', BAD_USAGE, "unknown command 'frobnicate'"],
    // Each before any work: the run's checkpoint is damaged, there is no such adapter and no such shader.
    ...[
      'eval damaged-run --csv',
      'report damaged-run --png',
      'report damaged-run --html',
      ...['--html', '--json'].map((to) => `explain train nin-glyphs --adapter nosuch ${to}`),
      ...['--html', '--json'].map((to) => `ladder pool --adapter nosuch ${to}`),
      'trace nin-glyphs --adapter nosuch --out',
      'lab nosuch.wgsl --family relu --json',
    ].map((command): [string, number, string] => [
      `${command} nowhere/file`,
      FAILED,
      'writing nowhere/file: no such file or directory (ENOENT)',
    ]),
    ['train --epcohs 3', BAD_USAGE, "unknown option '--epcohs' (Did you mean --epochs?)"],
    ['train nin-mnist more', BAD_USAGE, "too many arguments for 'train'. Expected 1 argument but got 2."],
    [
      'train --epochs 0',
      BAD_USAGE,
      "option '--epochs <n>' argument '0' is invalid. It must be a whole number of at least 1.",
    ],
    [
      'train --batch 1.5',
      BAD_USAGE,
      "option '--batch <n>' argument '1.5' is invalid. It must be a whole number of at least 1.",
    ],
    [
      'train --seed 4294967296',
      BAD_USAGE,
      "option '--seed <n>' argument '4294967296' is invalid. It must be a whole number from 0 to 4294967295.",
    ],
    [
      'train --lr fast',
      BAD_USAGE,
      "option '--lr <rate>' argument 'fast' is invalid. It must be a number, more than 0.",
    ],
    [
      'train --dropout 1',
      BAD_USAGE,
      "option '--dropout <p>' argument '1' is invalid. It must be a number, at least 0 and less than 1.",
    ],
    [
      'train --init best',
      BAD_USAGE,
      "option '--init <name>' argument 'best' is invalid. Allowed choices are he, paper.",
    ],
    [
      'train --preset best',
      BAD_USAGE,
      "option '--preset <name>' argument 'best' is invalid. Allowed choices are quick, modern.",
    ],
    [
      'train --precision double',
      BAD_USAGE,
      "option '--precision <name>' argument 'double' is invalid. Allowed choices are highest, high, medium.",
    ],
    ['train --data', BAD_USAGE, "option '--data <dir>' argument missing"],
    ['eval', BAD_USAGE, "missing required argument 'run'"],
    ['predict run', BAD_USAGE, "missing required argument 'image'"],
    ['download mnist', BAD_USAGE, "required option '--to <dir>' not specified"],

    ['train nin-nope', FAILED, `no model is called "nin-nope"; there are ${MODELS}, or name ${FILES}`],
    [
      'train nin-mnist',
      FAILED,
      'nin-mnist learns from files: name their directory with --data DIR, or get them with: dawngrad download DATASET --to DIR',
    ],
    [
      'train --recipe nin-cifar10',
      FAILED,
      'nin-cifar10 learns from files: name their directory with --data DIR, or get them with: dawngrad download cifar-10 --to DIR',
    ],
    [
      'train nin-svhn --recipe nin-mnist --data mnist',
      FAILED,
      'the recipe nin-mnist is for the model nin-mnist, not nin-svhn; leave one of the two out',
    ],
    [
      'train --recipe file.json',
      FAILED,
      '{}/file.json: not a recipe, since it is not valid JSON: Unexpected token \'e\', "text" is not valid JSON',
    ],
    [
      'train --recipe nin-mnist --data mnist',
      FAILED,
      'holding out 10000 of 40 training images leaves none to train on; use a smaller --validation, or 0 to hold out none',
    ],
    [
      'train nin-mnist --data mnist --retrain',
      FAILED,
      'the settings of this run: retraining adds the held-out images, and this run holds none out; use --validation, or --no-retrain',
    ],
    ['train nin-mnist --data nowhere', FAILED, '{}/nowhere: no such directory'],
    ['train nin-mnist --data file', FAILED, '{}/file: not a directory'],
    [
      'train nin-mnist --data mnist --dataset tiny',
      FAILED,
      'no data set is called "tiny"; there are glyphs, mnist, fashion-mnist, cifar-10, cifar-100, svhn',
    ],
    [
      'train nin-mnist --data truncated',
      FAILED,
      '{}/truncated/train-images-idx3-ubyte: its header announces 40 x 28 x 28 bytes, 31376 with the header, found 1000; download it again',
    ],
    [
      'train nin-mnist --data labels',
      FAILED,
      '{}/labels/t10k-labels-idx1-ubyte: label 10 of image 19 is outside 0..9; this is not the file it is named after',
    ],
    [
      'train nin-cifar10 --data mnist',
      FAILED,
      'nin-cifar10 takes 3x32x32 images in 10 classes; mnist has 1x28x28 images in 10 classes',
    ],
    ['train nin-mnist --data mnist --limit 41', FAILED, '--limit 41: mnist has 40 training images'],

    [
      'train --out used',
      FAILED,
      'the run directory used is not empty; go on with --resume used, or name another with --out',
    ],
    ['train --out file', FAILED, 'the run directory file is a file; name another with --out'],
    [
      'train --out file/run --limit 10',
      FAILED,
      'making the run directory file/run: a part of the path is a file, not a directory (ENOTDIR)',
    ],
    [
      'train --config nowhere.json',
      FAILED,
      'nowhere.json: cannot be read: no such file or directory (ENOENT)',
    ],
    [
      'train --config file',
      FAILED,
      'file: not a config, since it is not valid JSON: Unexpected token \'e\', "text" is not valid JSON',
    ],
    [
      'train --recipe nin-mnist --config new-run/config.json',
      FAILED,
      '--recipe and --config exclude each other; leave one of the two out',
    ],
    [
      'train nin-svhn --config new-run/config.json',
      FAILED,
      'new-run/config.json is for the model nin-glyphs, not nin-svhn; leave one of the two out',
    ],
    ['train --resume', FAILED, 'runs/ holds no run that could be resumed; name its directory: --resume RUN'],
    ['train --resume nowhere', FAILED, 'nowhere: not the directory of a run: no such directory'],
    [
      'train --resume new-run --lr 1',
      FAILED,
      '--resume goes on with the settings in new-run; learningRate cannot change. For a new run with other settings use --config new-run/config.json',
    ],
    [
      'train --resume new-run --precision medium',
      FAILED,
      '--resume goes on with the settings in new-run; precision cannot change. For a new run with other settings use --config new-run/config.json',
    ],
    [
      'train --resume damaged-run',
      FAILED,
      'reading damaged-run/last.safetensors: not a sound safetensors file: it has 7 bytes, fewer than any such file',
    ],
    [
      'train --resume edited-run',
      FAILED,
      'edited-run: its config was changed after its checkpoint: learningRate is 0.5, was 0.003. Change it back; for a new run with other settings use --config edited-run/config.json',
    ],
    [
      'train --checkpoint-every 10',
      BAD_USAGE,
      "option '--checkpoint-every <interval>' argument '10' is invalid. It must be a time in minutes, as 10m, a number of steps, as 500steps, or off.",
    ],

    ['eval flipped-run --best', FAILED, FLIPPED],
    ['predict flipped-run file --best', FAILED, FLIPPED],
    ['eval nowhere', FAILED, 'nowhere: not the directory of a run: no such directory'],
    ['eval empty', FAILED, 'empty: not the directory of a run: it has no config.json'],
    ['eval new-run', FAILED, 'new-run/last.safetensors: cannot be read: no such file or directory (ENOENT)'],
    [
      'eval foreign-run',
      FAILED,
      'reading foreign-run/last.safetensors: a safetensors file, but no checkpoint of this version of dawngrad',
    ],
    [
      'eval run --data labels',
      FAILED,
      '{}/labels/t10k-labels-idx1-ubyte: label 10 of image 19 is outside 0..9; this is not the file it is named after',
    ],
    ['predict run file', FAILED, 'file: neither a PNG nor a JPEG image'],
    ['predict run nowhere.png', FAILED, 'nowhere.png: cannot be read: no such file or directory (ENOENT)'],
    [
      'download mnist --to file',
      FAILED,
      'making the directory file: a part of the path is a file, not a directory (ENOTDIR)',
    ],
    [
      'download tiny --to there',
      FAILED,
      'no data set to download is called "tiny"; there are mnist, fashion-mnist, cifar-10, cifar-100, svhn',
    ],
  ])('dawngrad %s', async (line, status, message) => {
    const outcome = await inProcess(line.split(' '), directory.path);
    const stderr = `dawngrad: ${message.replace('{}', directory.path)}\n`;
    expect(outcome).toEqual({ status, stdout: '', stderr });
  });

  it.each([
    ['frobnicate', BAD_USAGE, "unknown command 'frobnicate'"],
    ['eval flipped-run --best', FAILED, FLIPPED],
  ])('dawngrad %s, in a process of its own', async (line, status, message) => {
    const outcome = await dawngrad(line.split(' '), { cwd: directory.path });
    expect(outcome).toEqual({ status, stdout: '', stderr: `dawngrad: ${message}\n` });
  });

  it('a place for measurements that cannot be made, before anything is measured', async () => {
    const env = { XDG_CACHE_HOME: join(directory.path, 'file') };
    const { status, stdout, stderr } = await dawngrad(['tune'], { env });
    expect({ status, stdout }).toEqual({ status: FAILED, stdout: '' });
    // Before it a driver may say that it cannot keep its shaders there.
    expect(stderr).toContain(
      `dawngrad: making the cache for measurements ${directory.path}/file/dawngrad/tuning: a part of the path is a file, ` +
        'not a directory (ENOTDIR); XDG_CACHE_HOME may name another directory for caches\n',
    );
  });

  it('an adapter that is not there', async () => {
    const { status, stdout, stderr } = await dawngrad(['eval', 'run', '--adapter', 'nonesuch'], {
      cwd: directory.path,
    });
    expect({ status, stdout }).toEqual({ status: FAILED, stdout: '' });
    expect(stderr).toMatch(/^dawngrad: looking for a WebGPU adapter with adapter "nonesuch": .*\n$/);
  });
});
