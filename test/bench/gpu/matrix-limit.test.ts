/** The kernel that finds what matrix units can do, compiled where no unit is needed: on Dawn's Null backend. */
import { expect, it } from 'vitest';
import { limitCases } from '../../../bench/limits/cases.mjs';
import { matrix } from '../../../bench/limits/kernels.mjs';
import { readShader } from '../../../src/gpu/shaders/shader.js';
import { useNullBackend } from '../../support/null-backend.js';

const nullBackend = useNullBackend();

it('compiles', async () => {
  expect(await nullBackend.complaints(readShader(matrix.shader), matrix.entryPoint)).toEqual([]);
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
