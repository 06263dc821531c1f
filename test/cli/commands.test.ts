import { mkdirSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  measuredTablePath,
  measuredTableText,
  subjectOf,
} from '../../src/kernels/products/choice/measured-table.js';
import { models } from '../../src/nn/models/index.js';
import { recipeNames } from '../../src/train/recipes/recipe.js';
import { useDevice } from '../support/device.js';
import { useDirectory } from '../support/directory.js';
import { dawngrad, start, useBuild } from './dawngrad.js';

useBuild();

describe('dawngrad', () => {
  it('shows its commands with --help', async () => {
    const { status, stdout, stderr } = await dawngrad(['--help']);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    for (const command of [
      'train',
      'eval',
      'predict',
      'export',
      'report',
      'watch',
      'download',
      'models',
      'recipes',
      'summary',
      'plan',
      'explain',
      'tune',
      'lab',
      'shader',
      'doctor',
    ]) {
      expect(stdout).toMatch(new RegExp(`^  ${command} `, 'm'));
    }
  });

  it('shows them on stderr, and fails, without a command', async () => {
    const { status, stdout, stderr } = await dawngrad([]);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toMatch(/^Usage: dawngrad /);
  });

  it.each([
    'train',
    'eval',
    'predict',
    'export',
    'report',
    'watch',
    'download',
    'models',
    'recipes',
    'summary',
    'plan',
    'explain',
    'tune',
    'lab',
    'reproduce',
    'sweep',
    'shader',
    'doctor',
  ])('shows the use of %s', async (command) => {
    const { status, stdout, stderr } = await dawngrad([command, '--help']);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toMatch(new RegExp(`^Usage: dawngrad ${command} `));
  });

  it('lists every model', async () => {
    const { status, stdout, stderr } = await dawngrad(['models']);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    const names = stdout
      .trimEnd()
      .split('\n')
      .map((line) => line.split(' ')[0]);
    expect(names).toEqual([...models.keys()]);
  });
});

it('dawngrad recipes lists every recipe, with the error that the paper prints', async () => {
  const { status, stdout, stderr } = await dawngrad(['recipes']);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  const lines = stdout.trimEnd().split('\n');
  expect(lines.map((line) => line.split(' ')[0])).toEqual(recipeNames());
  expect(lines).toContainEqual(
    expect.stringMatching(/^nin-cifar10 +paper 10\.41 % {2}NIN with dropout, CIFAR-10$/),
  );
});

describe('dawngrad plan', () => {
  it('says in one line which op exceeds the limits of this device, and what would not', async () => {
    const { status, stdout, stderr } = await dawngrad(['plan', 'nin-cifar10', '--batch', '8000']);
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr).toMatch(
      /^dawngrad: Conv2d "block1.conv": tensor \[8000, 192, 32, 32\]: needs .* The largest batch that fits is \d+\.\n$/,
    );
  });

  it('prints what training and evaluation take, and in total the parts', async () => {
    const { status, stdout, stderr } = await dawngrad(['plan', 'nin-cifar10', '--batch', '16']);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toMatch(/^nin-cifar10, batch 16, adam, on .+; MiB\n\n/);
    const row = (what: string) => Number(new RegExp(`^${what} +([\\d.]+)`, 'm').exec(stdout)?.[1]);
    expect(row('parameters')).toBeGreaterThan((4 * 966_986) / 2 ** 20);
    const parts = [
      'parameters',
      'optimizer state',
      'constants and batch',
      'gradients of parameters',
      'activations kept for backward',
      'workspace',
      'copies in textures',
      'gaps between tensors',
    ];
    const sum = parts.reduce((total, what) => total + row(what), 0);
    // Each of them, and their sum, is rounded to a tenth.
    expect(Math.abs(row('peak') - sum)).toBeLessThan(0.05 * (parts.length + 1));
    expect(row('peak with tests after each epoch')).toBeGreaterThan(row('peak'));
  });

  it('follows the options', async () => {
    const peakOf = async (...options: string[]) => {
      const { stdout } = await dawngrad(['plan', 'nin-mnist', '--batch', '32', ...options]);
      return Number(/^peak +([\d.]+)/m.exec(stdout)?.[1]);
    };
    const [plain, wide, normalised] = await Promise.all([
      peakOf(),
      peakOf('--width', '2'),
      peakOf('--batch-norm'),
    ]);
    expect(wide).toBeGreaterThan(1.5 * plain);
    expect(normalised).toBeGreaterThan(plain);
  });

  it('takes the model from a recipe, and its head from there or an option', async () => {
    const net = async (...words: string[]) => {
      const { stdout } = await dawngrad(['plan', '--batch', '4', '--optimizer', 'sgd', ...words]);
      const [, model, parameters] = /^(\S+), batch 4, sgd,.*^parameters +([\d.]+)/ms.exec(stdout) ?? [];
      return { model, parameters: Number(parameters) };
    };
    const [recipe, connected, pooled] = await Promise.all([
      net('--recipe', 'hinton-cnn-fc-cifar10'),
      net('hinton-cnn', '--head', 'fc'),
      net('hinton-cnn'),
    ]);
    expect(recipe).toEqual({ ...connected, model: 'hinton-cnn' });
    expect(connected.parameters).toBeGreaterThan(pooled.parameters);
  });
});

it('a reader that goes away is no failure', async () => {
  const call = start(['models']);
  call.process.stdout.destroy();
  expect(await call.ended).toEqual({ status: 0, stdout: '', stderr: '' });
});

/** Arguments for Node: that stream's file is on a full disk, and refuses every line. */
function refusing(stream: 'stdout' | 'stderr'): string[] {
  const code = `process.${stream}._write = (chunk, encoding, done) =>
    done(Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' }));`;
  return ['--import', `data:text/javascript,${encodeURIComponent(code)}`];
}

describe('a full disk', () => {
  it('below stdout is said once, however many lines it refuses', async () => {
    expect(await dawngrad(['doctor'], { node: refusing('stdout') })).toEqual({
      status: 1,
      stdout: '',
      stderr: 'dawngrad: printing: the disk is full (ENOSPC)\n',
    });
  });

  it('below stderr, where it cannot be said, ends the process all the same', async () => {
    const { status } = await dawngrad(['frobnicate'], { node: refusing('stderr') });
    expect(status).toBe(1);
  });
});

describe('dawngrad doctor', () => {
  const gpu = useDevice();
  const directory = useDirectory();

  it('describes the adapter and checks a kernel', async () => {
    const { status, stdout, stderr } = await dawngrad(['doctor']);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    for (const what of [
      'adapter',
      'driver',
      'maxStorageBufferBindingSize',
      'subgroups',
      'subgroup matrices',
      'timestamp resolution',
    ]) {
      expect(stdout).toMatch(new RegExp(`^[ !] ${what} +\\S`, 'm'));
    }
    expect(stdout).toMatch(/^ {2}kernel +relu of 1000 numbers is right/m);
    expect(stdout).toMatch(/\ndawngrad can run here\n$/);
  });

  it('says where what was measured of the adapter no longer fits, and what to do', async () => {
    const subject = subjectOf(gpu.device);
    const env = { XDG_CACHE_HOME: directory.path, DAWNGRAD_TUNING: '' };
    const file = join(directory.path, 'dawngrad', 'tuning', basename(measuredTablePath(subject)));
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, measuredTableText(subject, {}));
    expect((await dawngrad(['doctor'], { env })).stdout).toMatch(/^ {2}tuning +none measured/m);
    writeFileSync(file, measuredTableText({ ...subject, shaders: 'others' }, {}));
    expect((await dawngrad(['doctor'], { env })).stdout).toMatch(
      /^! tuning +.*\.json is not used: it is stale: the shaders have changed since\n +-> measure anew with/m,
    );
  });

  it('says what to do where the adapter asked for is not there, and fails', async () => {
    const { status, stdout } = await dawngrad(['doctor', '--adapter', 'no such adapter']);
    expect(status).toBe(1);
    expect(stdout).toMatch(/^x device .*no such adapter.*\n +-> choose among the adapters found/m);
    expect(stdout).toMatch(/\ndawngrad cannot run here\n$/);
  });

  it('names the variable that hides the installed drivers', async () => {
    const env = { VK_DRIVER_FILES: '/nonexistent', VK_ICD_FILENAMES: '/nonexistent' };
    const { status, stdout } = await dawngrad(['doctor', '--backend', 'vulkan'], { env });
    expect(status).toBe(1);
    expect(stdout).toMatch(/^x device .*found none that computes/m);
    expect(stdout).toContain('-> unset VK_DRIVER_FILES');
  });
});
