/**
 * Subgroup matrices where there are none: a shader's text with their types and functions replaced by WGSL that runs everywhere.
 * All else, from fetching to the last store, stays as it is. For tests alone: 32 threads multiply as slowly as they may.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll } from 'vitest';
import type { Device } from '../../src/gpu/device.js';
import { readShader } from '../../src/gpu/shaders/shader.js';
import { LADDER, type MatmulVariant, reducedVariants } from '../../src/kernels/products/matmul-ladder.js';

/** The rungs that need subgroup matrices. */
export const MATRIX_RUNGS = (Object.keys(LADDER) as MatmulVariant[]).filter((variant) =>
  LADDER[variant].kernel.shader.includes('subgroup_matrix'),
);

/**
 * A thread answers for half a row of a result and keeps that. Of the other two matrices it keeps where they are, and reads them
 * when they are multiplied: a copy of each takes a software driver ten times as long to compile. If a matrix reaches beyond the
 * memory that it is in, what comes of it is scaled to numbers that no test expects.
 */
const STATE = `
var<private> lane_of_matrix: u32;
var<private> sixteen: u32; // a loop that might end elsewhere is not unrolled

struct Matrix {
  offset: u32,
  stride: u32,
  scale: f32,
}

alias HalfRow = array<f32, 8>;

fn matrix_at(offset: u32, stride: u32, length: u32) -> Matrix {
  return Matrix(offset, stride, select(1.0, 12345.0, stride < 16u || offset + 16u * stride > length));
}
`;

const loadFunction = ({ name, length }: Memory): string => `
fn load_${name}(offset: u32, stride: u32) -> Matrix {
  return matrix_at(offset, stride, ${length});
}
`;

const multiplyFunction = (left: Memory, right: Memory): string => `
fn multiply_accumulate(left: Matrix, right: Matrix, sums: ptr<function, HalfRow>) {
  let row = left.offset + lane_of_matrix / 2u * left.stride;
  let column = right.offset + lane_of_matrix % 2u * 8u;
  for (var step = 0u; step < 8u * sixteen; step++) {
    let x = left.scale * f32(${left.name}[row + step / 8u]);
    let y = right.scale * f32(${right.name}[column + step / 8u * right.stride + step % 8u]);
    sums[step % 8u] += x * y;
  }
}
`;

const storeFunction = ({ name, length }: Memory): string => `
fn store_${name}(offset: u32, sums: HalfRow, stride: u32) {
  let matrix = matrix_at(offset, stride, ${length});
  let at = offset + lane_of_matrix / 2u * stride + lane_of_matrix % 2u * 8u;
  for (var i = 0u; i < sixteen / 2u; i++) {
    ${name}[at + i] = matrix.scale * sums[i];
  }
}
`;

interface Memory {
  readonly name: string;
  readonly length: string;
}

/** The arrays of a shader from which, or to which, it moves matrices by such calls. */
function memoryOf(source: string, call: RegExp): Memory {
  const names = new Set([...source.matchAll(call)].map(([, name = '']) => name));
  const [name] = names;
  const length = new RegExp(`^var<workgroup> ${name}: array<f\\d\\d, (.*)>;`, 'm').exec(source)?.[1];
  if (names.size !== 1 || !length)
    throw new Error(`emulating subgroup matrices: ${call} moves ${[...names]}`);
  return { name: name as string, length };
}

const LEFT = /subgroupMatrixLoad<Left, row_major>\(&(\w+), /g;
const RIGHT = /subgroupMatrixLoad<Right, row_major>\(&(\w+), /g;
const STORE = /subgroupMatrixStore<row_major>\(&(\w+), /g;
const MULTIPLY = /(\w+) = subgroupMatrixMultiplyAccumulate\((\w+), (\w+), \1\);/g;
const SUBGROUP = /\n *@builtin\(subgroup_id\) subgroup: u32,\n\) \{\n/;

/** The text of a shader that multiplies 16 x 16 matrices by subgroups of 32, without either. */
export function emulated(source: string): string {
  const text = source
    .replace(/^\s*\/\/.*\n/gm, '')
    .replace(/^enable (subgroups|chromium_experimental_subgroup_matrix);\n/gm, '')
    .replace(/^alias (Left|Right) = subgroup_matrix_\w+<f16, 16, 16>;$/gm, 'alias $1 = Matrix;')
    .replace(/^alias Sums = subgroup_matrix_result<f32, 16, 16>;$/m, 'alias Sums = HalfRow;')
    .replace(LEFT, 'load_$1(')
    .replace(RIGHT, 'load_$1(')
    .replace(STORE, 'store_$1(')
    .replace(MULTIPLY, 'multiply_accumulate($2, $3, &$1);')
    .replace(SUBGROUP, () => `\n) {\n  let subgroup = index / 32u;\n  ${SET_STATE}\n`);
  const left = /subgroup_?(id|m)\w*/i.exec(text);
  if (left) throw new Error(`emulating subgroup matrices: "${left[0]}" is left`);
  const [a, b] = [memoryOf(source, LEFT), memoryOf(source, RIGHT)];
  const functions = [
    loadFunction(a),
    loadFunction(b),
    multiplyFunction(a, b),
    storeFunction(memoryOf(source, STORE)),
  ];
  return [text, STATE, ...functions].join('');
}

const SET_STATE = 'lane_of_matrix = index % 32u;\n  sixteen = select(16u, 0u, params.batches == 0u);';

/**
 * In this test file, let a device that has f16 but no subgroup matrices run the rungs that need them, by their emulation; one that
 * has both runs what is written. To be called after `useDevice`.
 */
export function emulateSubgroupMatrices(gpu: { readonly device: Device }): void {
  let directory: string | undefined;
  beforeAll(() => {
    if (reducedVariants(gpu.device).some((variant) => MATRIX_RUNGS.includes(variant))) return;
    directory = mkdtempSync(join(tmpdir(), 'dawngrad-subgroup-matrices-'));
    for (const variant of MATRIX_RUNGS) {
      const { kernel } = LADDER[variant];
      const file = join(directory, basename(kernel.shader));
      writeFileSync(file, emulated(readShader(kernel.shader)));
      Object.assign(LADDER[variant], {
        kernel: { ...kernel, shader: pathToFileURL(file).href },
        runsOn: (device: Device) => device.has('shader-f16'),
      });
    }
  });
  afterAll(() => directory && rmSync(directory, { recursive: true }));
}
