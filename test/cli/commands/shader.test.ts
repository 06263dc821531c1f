import { describe, expect, it } from 'vitest';
import { listShaders } from '../../../src/gpu/shaders/find-shader.js';
import { useDevice } from '../../support/device.js';
import { dawngrad, useBuild } from '../dawngrad.js';

useBuild();

describe('dawngrad shader', () => {
  const gpu = useDevice();

  it('lists every shader, with the first line of its header', async () => {
    const { status, stdout, stderr } = await dawngrad(['shader']);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    const lines = stdout.trimEnd().split('\n');
    expect(lines.map((line) => line.split(' ')[0])).toEqual(listShaders().map(({ name }) => name));
    expect(lines).toContainEqual(
      expect.stringMatching(/^relu +Rectified linear unit, forward and backward\.$/),
    );
  });

  it('prints one that a WGSL compiler reads as it stands, with the constants that are set', async () => {
    const set = ['--set', 'HALF=true', '--set', 'THREAD_ROWS=8'];
    const { status, stdout, stderr } = await dawngrad(['shader', 'products/matmul_register.wgsl', ...set]);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toMatch(/^const HALF: bool = true;/m);
    expect(stdout).toMatch(/^const THREAD_ROWS: u32 = 8u;/m); // which an imported module declares
    expect(stdout).toMatch(/^struct Params \{/m);
    const info = await gpu.device.gpu.createShaderModule({ code: stdout }).getCompilationInfo();
    expect(info.messages.map(({ message }) => message)).toEqual([]);
  });

  it('prints one that stores halves, where that is set', async () => {
    const { status, stdout, stderr } = await dawngrad(['shader', 'relu', '--set', 'Stored=f16']);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toMatch(/^enable f16; \/\/ Rectified linear unit/);
    expect(stdout).toMatch(/^alias Stored = f16;/m);
  });

  it.each([
    [['matmul'], 1, /^dawngrad: no shader is called "matmul"; there are .*\bmatmul_register, /],
    [
      ['relu', '--set', 'HALF=true'],
      1,
      /^dawngrad: specialising a shader: it declares no constant "HALF"\n$/,
    ],
    [['relu', '--set', 'WORKGROUP'], 2, /It must be CONSTANT=VALUE, as in HALF=true\.\n$/],
    [
      ['relu', '--set', 'WORKGROUP=many'],
      2,
      /The value must be a number, true or false; or f16, for a type\.\n$/,
    ],
  ])('refuses %j', async (words, failure, message) => {
    const { status, stdout, stderr } = await dawngrad(['shader', ...words]);
    expect({ status, stdout }).toEqual({ status: failure, stdout: '' });
    expect(stderr).toMatch(message);
  });
});
