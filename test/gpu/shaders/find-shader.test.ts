import { describe, expect, it } from 'vitest';
import { findShader, listShaders } from '../../../src/gpu/shaders/find-shader.js';
import { readShader } from '../../../src/gpu/shaders/shader.js';

describe('listShaders', () => {
  it('has every file with an entry point, each by a name of its own, and no module', () => {
    const names = listShaders().map(({ name }) => name);
    expect(names).toContain('matmul_register');
    expect(names).not.toContain('operands');
    expect(new Set(names).size).toBe(names.length);
    for (const { file, title } of listShaders()) {
      expect(readShader(file)).toMatch(/^@compute/m);
      expect(title).toMatch(/^[A-Z].*\.$/); // a sentence
    }
  });
});

describe('findShader', () => {
  it.each([
    'matmul_register',
    'matmul_register.wgsl',
    'products/matmul_register',
    'products/matmul_register.wgsl',
    'shaders/products/matmul_register.wgsl',
  ])('finds a shader by %s', (name) => {
    expect(findShader(name)).toBe('products/matmul_register.wgsl');
  });

  it.each(['matmul', 'pools/matmul_register', 'operands', ''])(
    'knows no "%s", and says what there is',
    (name) => {
      expect(() => findShader(name)).toThrow(
        `no shader is called "${name}"; there are adam, adaptive_avg_pool, arithmetic, `,
      );
    },
  );
});
