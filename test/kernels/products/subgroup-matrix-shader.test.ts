/**
 * The shader for matrix units, compiled where no unit is needed: Dawn's Null backend computes nothing, but checks a shader as any
 * other does, and has every feature.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { create, globals } from 'webgpu';
import { SUBGROUP_MATRIX } from '../../../src/gpu/adapter.js';
import { readShader, specialise } from '../../../src/gpu/shaders/shader.js';
import { LADDER } from '../../../src/kernels/products/ladder/ladder.js';
import { MATRIX_RUNGS } from '../../support/subgroup-matrices.js';

// Dawn stops when its last reference goes.
const dawn = create(['backend=null', 'enable-dawn-features=allow_unsafe_apis']);
let device: GPUDevice;

beforeAll(async () => {
  Object.assign(globalThis, globals);
  const adapter = await dawn.requestAdapter();
  // With WebGPU's default limits, which are its guaranteed ones.
  device = await adapter!.requestDevice({ requiredFeatures: ['shader-f16', 'subgroups', SUBGROUP_MATRIX] });
});
afterAll(() => device?.destroy());

/** What is wrong with a shader, or with a pipeline of it: nothing, one hopes. */
async function complaints(code: string): Promise<string[]> {
  device.pushErrorScope('validation');
  const module = device.createShaderModule({ code });
  const { messages } = await module.getCompilationInfo();
  device.createComputePipeline({ layout: 'auto', compute: { module, entryPoint: 'product' } });
  const error = await device.popErrorScope();
  return [...messages.map(({ message }) => message), ...(error ? [error.message] : [])];
}

const FLAGS = [
  'WINDOW',
  'ROW_BIAS',
  'COLUMN_BIAS',
  'ACCUMULATE',
  'RELU',
  'MASK',
  'ROW_SUMS',
  'A_ALONG_TERMS',
  'B_ALONG_TERMS',
];

describe.each(MATRIX_RUNGS)('%s', (variant) => {
  const { kernel, constants = {} } = LADDER[variant];
  const source = specialise(readShader(kernel.shader), constants);

  it.each([false, true])(
    'compiles with every flag %s, and needs no more than WebGPU guarantees',
    async (value) => {
      const flags = Object.fromEntries(FLAGS.map((flag) => [flag, value]));
      expect(await complaints(specialise(source, flags))).toEqual([]);
    },
  );

  it.each<[string, string, string, RegExp]>([
    [
      'threads count their subgroups themselves, and might disagree',
      '@builtin(subgroup_id) subgroup: u32,\n) {',
      ') { let subgroup = index / 32u;',
      /must only be called from subgroup uniform control flow/,
    ],
    [
      'a matrix is elsewhere for each thread',
      'let a_fetch',
      'let mine = read_a(index); let a_fetch',
      /requires argument 1 to be uniform/,
    ],
    ['some threads do without', 'if (slice > 0u) {', 'if (index > 7u) {', /subgroup uniform control flow/],
    ['a line is shorter than a matrix', 'const A_LINE = DEPTH + 8u;', 'const A_LINE = 8u;', /minimum stride/],
    ['factors change places', '(upper, b0, upper0)', '(b0, upper, upper0)', /no matching call/],
    ['sums are of whole numbers', 'result<f32, 16, 16>', 'result<i32, 16, 16>', /no matching call/],
    ['a tile takes more memory', '(DEPTH + 1u) * B_LINE', '60u * B_LINE', /total use of workgroup storage/],
    [
      'subgroups may have more threads',
      'THREADS = 32u',
      'THREADS = 8u',
      /multiple of the device maxSubgroupSize/,
    ],
  ])('would not, if %s', async (_, right, wrong, message) => {
    expect(source).toContain(right);
    expect((await complaints(source.replace(right, wrong))).join('\n')).toMatch(message);
  });
});
