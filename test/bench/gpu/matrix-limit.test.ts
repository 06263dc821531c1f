/**
 * The kernel that finds what matrix units can do, compiled where no unit is needed: on Dawn's Null backend, which computes nothing,
 * but checks a shader as any other does.
 */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { create, globals } from 'webgpu';
import { limitCases } from '../../../bench/limits/cases.mjs';
import { matrix } from '../../../bench/limits/kernels.mjs';
import { SUBGROUP_MATRIX } from '../../../src/gpu/adapter.js';
import { readShader } from '../../../src/gpu/shaders/shader.js';

// Dawn stops when its last reference goes.
const dawn = create(['backend=null', 'enable-dawn-features=allow_unsafe_apis']);
let device: GPUDevice;

beforeAll(async () => {
  Object.assign(globalThis, globals);
  const adapter = await dawn.requestAdapter();
  device = await adapter!.requestDevice({ requiredFeatures: ['shader-f16', 'subgroups', SUBGROUP_MATRIX] });
});
afterAll(() => device?.destroy());

it('compiles', async () => {
  device.pushErrorScope('validation');
  const module = device.createShaderModule({ code: readShader(matrix.shader) });
  const { messages } = await module.getCompilationInfo();
  device.createComputePipeline({ layout: 'auto', compute: { module, entryPoint: matrix.entryPoint } });
  expect([messages.map(({ message }) => message), await device.popErrorScope()]).toEqual([[], null]);
});

it('runs where subgroups of 32 multiply 16 x 16 halves, and nowhere else', () => {
  const MATRICES = { componentType: 'f16', resultComponentType: 'f32', M: 16, N: 16, K: 16 };
  const names = (subgroupMatrices: object[], lanes = 32) =>
    limitCases({ adapter: { subgroupSize: { min: lanes, max: lanes }, subgroupMatrices } }).map(
      ({ name }: { name: string }) => name,
    );
  const rest = ['limit.arithmetic', 'limit.copy'];
  expect(names([{ ...MATRICES, K: 8 }, MATRICES])).toEqual([...rest, 'limit.matrix']);
  expect(names([])).toEqual(rest);
  expect(names([{ ...MATRICES, K: 8 }])).toEqual(rest);
  expect(names([MATRICES], 64)).toEqual(rest);
});
