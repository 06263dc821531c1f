import { describe, expect, it } from 'vitest';
import { models } from '../../src/nn/models/index.js';
import { dawngrad, start, useBuild } from './dawngrad.js';

useBuild();

describe('dawngrad', () => {
  it('shows its commands with --help', async () => {
    const { status, stdout, stderr } = await dawngrad(['--help']);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    for (const command of ['train', 'eval', 'predict', 'download', 'models', 'doctor']) {
      expect(stdout).toMatch(new RegExp(`^  ${command} `, 'm'));
    }
  });

  it('shows them on stderr, and fails, without a command', async () => {
    const { status, stdout, stderr } = await dawngrad([]);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toMatch(/^Usage: dawngrad /);
  });

  it.each(['train', 'eval', 'predict', 'download', 'models', 'doctor'])(
    'shows the use of %s',
    async (command) => {
      const { status, stdout, stderr } = await dawngrad([command, '--help']);
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
      expect(stdout).toMatch(new RegExp(`^Usage: dawngrad ${command} `));
    },
  );

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

it('a reader that goes away is no failure', async () => {
  const call = start(['models']);
  call.process.stdout.destroy();
  expect(await call.ended).toEqual({ status: 0, stdout: '', stderr: '' });
});

describe('dawngrad doctor', () => {
  it('describes the adapter and checks a kernel', async () => {
    const { status, stdout, stderr } = await dawngrad(['doctor']);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    for (const what of [
      'adapter',
      'driver',
      'maxStorageBufferBindingSize',
      'subgroups',
      'timestamp resolution',
    ]) {
      expect(stdout).toMatch(new RegExp(`^[ !] ${what} +\\S`, 'm'));
    }
    expect(stdout).toMatch(/^ {2}kernel +relu of 1000 numbers is right/m);
    expect(stdout).toMatch(/\ndawngrad can run here\n$/);
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
