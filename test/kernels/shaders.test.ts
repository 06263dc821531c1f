import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { SUBGROUP_MATRIX } from '../../src/gpu/adapter.js';
import { declarationProblem } from '../../src/gpu/shaders/declaration.js';
import { readShader, specialise } from '../../src/gpu/shaders/shader.js';
import type { Kernel } from '../../src/kernels/kernel.js';
import { useDevice } from '../support/device.js';

const files = readdirSync(new URL('../../shaders/', import.meta.url), {
  recursive: true,
  encoding: 'utf8',
}).filter((name) => name.endsWith('.wgsl'));

const isKernel = (value: unknown): value is Kernel =>
  typeof value === 'object' && value !== null && 'entryPoint' in value && 'shader' in value;

/** Every kernel declared anywhere under src/kernels, also in tables. */
const sources = readdirSync(new URL('../../src/kernels/', import.meta.url), {
  recursive: true,
  encoding: 'utf8',
}).filter((name) => name.endsWith('.ts'));
const modules: Record<string, object>[] = await Promise.all(
  sources.map((file) => import(/* @vite-ignore */ `../../src/kernels/${file}`)),
);
const kernels = modules
  .flatMap((module) => Object.values(module))
  .flatMap((value) => (isKernel(value) ? [value] : Object.values(value).filter(isKernel)));

/** The types that a shader may store as halves. */
const storedTypesOf = (source: string): string[] =>
  [...source.matchAll(/^alias (Stored\w*) = f32;/gm)].map(([, name = '']) => name);

/** What a shader enables, and the feature that lets it. */
const FEATURES: Readonly<Record<string, GPUFeatureName>> = {
  f16: 'shader-f16',
  subgroups: 'subgroups',
  chromium_experimental_subgroup_matrix: SUBGROUP_MATRIX,
};

describe('shaders', () => {
  const gpu = useDevice();

  const storing = files.filter((file) => storedTypesOf(readShader(file)).length > 0);
  const cases = [
    ...files.map((file) => [file, 'as it is']),
    ...storing.map((file) => [file, 'storing halves']),
  ];

  it.each(cases)('%s compiles with what it imports, %s', async (file, how) => {
    const types = storedTypesOf(readShader(file)).map((name) => [name, 'f16'] as const);
    const source = specialise(readShader(file), how === 'as it is' ? {} : Object.fromEntries(types));
    const enabled = [...source.matchAll(/\benable (\w+);/g)].map(([, name = '']) => name);
    if (enabled.some((name) => !gpu.device.has(FEATURES[name] as GPUFeatureName))) {
      // Without the feature even valid code is refused: then the refusal must be about nothing else.
      gpu.device.gpu.pushErrorScope('validation');
      const info = await gpu.device.gpu.createShaderModule({ code: source }).getCompilationInfo();
      await gpu.device.gpu.popErrorScope();
      for (const { message } of info.messages) expect(message).toMatch(/subgroup|f16/);
      return;
    }
    const info = await gpu.device.gpu.createShaderModule({ label: file, code: source }).getCompilationInfo();
    expect(info.messages.map(({ lineNum, message }) => `${file}:${lineNum}: ${message}`)).toEqual([]);
  });
});

describe('kernel declarations', () => {
  it('are found, one for each entry point', () => {
    const declared = kernels.map(({ shader, entryPoint }) => `${shader}:${entryPoint}`);
    const written = files.flatMap((file) =>
      [...readShader(file).matchAll(/@compute[^{]*?fn (\w+)\(/g)].map(([, name]) => `${file}:${name}`),
    );
    expect([...new Set(declared)].sort()).toEqual(written.sort());
  });

  it.each(kernels.map((kernel) => [kernel.name, kernel] as const))('%s matches its shader', (_, kernel) => {
    expect(declarationProblem(kernel, readShader(kernel.shader))).toBeUndefined();
  });
});
