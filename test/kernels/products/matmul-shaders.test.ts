import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readShader } from '../../../src/gpu/shaders/shader.js';

const RUNGS = readdirSync(new URL('../../../shaders/products/', import.meta.url))
  .map((name) => `products/${name}`)
  .filter((name) => name.startsWith('products/matmul_') && !name.endsWith('naive.wgsl'));

/**
 * The rungs of the ladder repeat one another's text where they do the same thing, because a shader is read without a
 * preprocessor. What is repeated must not drift apart.
 */
const REPEATED: readonly (readonly [shaders: readonly string[], declarations: readonly string[]])[] = [
  [RUNGS, ['Params', 'params', 'a', 'bias', 'ROW_BIAS', 'COLUMN_BIAS', 'ACCUMULATE', 'RELU', 'MASK']],
  [
    ['products/matmul_broadcast.wgsl', 'products/matmul_stacked.wgsl'],
    ['b', 'mask', 'c', 'LANES', 'ROWS', 'Sixteen', 'rows_of', 'store', 'store_tile'],
  ],
  [
    ['products/matmul_register.wgsl', 'products/matmul_vectorised.wgsl'],
    ['A_ALONG_TERMS', 'THREAD_ROWS', 'THREAD_COLUMNS', 'DEPTH', 'B_FETCHES', 'B_STEP', 'Fetch', 'fetch_of'],
  ],
  [
    ['products/matmul_register.wgsl', 'products/matmul_vectorised.wgsl'],
    ['rows_of', 'load_a', 'pick'],
  ],
  [
    ['products/matmul_register.wgsl', 'products/matmul_subgroup_matrix.wgsl'],
    [
      'params',
      'b',
      'mask',
      'c',
      'WINDOW',
      'A_ALONG_TERMS',
      'B_ALONG_TERMS',
      'B_FETCHES',
      'B_STEP',
      'Fetch',
      'fetch_of',
    ],
  ],
  [
    ['products/matmul_register.wgsl', 'products/matmul_subgroup_matrix.wgsl'],
    ['Term', 'advance', 'rows_of', 'Columns', 'columns_of', 'load_a', 'load_b', 'store'],
  ],
  [
    ['products/matmul_broadcast.wgsl', 'products/matmul_register.wgsl'],
    ['WINDOW', 'Columns'],
  ],
];

/** A declaration from its first word to its end: a line, or all up to the closing brace at a line's beginning. */
function declarationOf(file: string, name: string): string | undefined {
  const source = readShader(file).replace(/^\s*\/\/.*\n/gm, '');
  const start = `(?:@group\\(0\\) @binding\\(\\d\\) )?(?:struct|fn|const|var(?:<[^>]*>)?) ${name}\\b`;
  return new RegExp(`^${start}(?:[^;{]*;|[^;{]*\\{[\\s\\S]*?^\\})`, 'm').exec(source)?.[0];
}

describe('the shaders of the matrix product', () => {
  const cases = REPEATED.flatMap(([shaders, names]) => names.map((name) => ({ name, shaders })));

  it.each(cases)('declare $name alike: $shaders', ({ name, shaders }) => {
    const [first, ...others] = shaders.map((file) => declarationOf(file, name));
    expect(first).toBeDefined();
    for (const other of others) expect(other).toBe(first);
  });
});
