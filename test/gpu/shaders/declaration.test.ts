import { describe, expect, it } from 'vitest';
import { ArgumentError, DawngradError } from '../../../src/errors/errors.js';
import { declarationProblem } from '../../../src/gpu/shaders/declaration.js';
import { defineKernel, launch } from '../../../src/kernels/kernel.js';
import { from, zeros } from '../../../src/tensor/create.js';
import { useDevice } from '../../support/device.js';

const shader = new URL('../../support/careless.wgsl', import.meta.url);

/** A right declaration of a user's shader. */
const CARELESS = {
  name: 'careless',
  shader,
  entryPoint: 'careless',
  bindings: { x: 'read', y: 'write' },
  params: { size: 'u32' },
  grid: () => [1, 1, 1] as const,
} as const;

const declaring = (changes: object) => () => defineKernel({ ...CARELESS, ...changes });

describe("the declaration of a user's kernel", () => {
  const gpu = useDevice();

  it('is as good as one of ours', async () => {
    const kernel = defineKernel(CARELESS);
    const [x, y] = [from(gpu.device, [-1, 2]), zeros(gpu.device, [2])];
    launch(kernel, { x, y }, { size: 2 });
    expect([...(await y.toArray())]).toEqual([0, 2]);
  });

  it.each([
    [{ bindings: { x: 'read' } }, 'bindings are declared 1 x read, and "careless" uses 1 x read, 2 y write'],
    [
      { bindings: { x: 'read', y: 'write', z: 'read' } },
      'bindings are declared 1 x read, 2 y write, 3 z read, and "careless" uses 1 x read, 2 y write',
    ],
    [
      { bindings: { y: 'write', x: 'read' } },
      'bindings are declared 1 y write, 2 x read, and "careless" uses',
    ],
    [{ bindings: { x: 'read', y: 'read' } }, 'bindings are declared 1 x read, 2 y read, and "careless" uses'],
    [{ params: {} }, 'params are declared none, and struct Params has size: u32'],
    [{ params: { size: 'f32' } }, 'params are declared size: f32, and struct Params has size: u32'],
    [{ entryPoint: 'main' }, 'there is no entry point "main", but careless'],
    [{ storage: { Stored: ['x'] } }, 'storage is declared Stored of x, and the shader has none'],
  ])('is refused where its shader differs: %j', (changes, problem) => {
    expect(declaring(changes)).toThrow(DawngradError);
    expect(declaring(changes)).toThrow(`careless: ${problem}`);
    expect(declaring(changes)).toThrow(/careless\.wgsl$/);
  });

  it('is refused where there is no shader', () => {
    expect(declaring({ shader: new URL('none.wgsl', shader) })).toThrow(
      /^careless: its shader .*none\.wgsl cannot be read: no such file or directory/,
    );
  });

  it.each([
    [{ shader: 3 }, 'defineKernel: shader is 3; it must be a URL'],
    [{ bindings: { x: 'readwrite' } }, "each must be 'read' or 'write'"],
    [{ params: { size: 'f16' } }, "each must be 'u32' or 'i32' or 'f32'"],
    [{ grid: [1, 1, 1] }, 'defineKernel: grid is [1, 1, 1]; it must be a function'],
    [{ binding: {} }, 'binding is not an option; did you mean bindings?'],
  ])('is refused where a part is something else: %j', (changes, problem) => {
    expect(declaring(changes)).toThrow(ArgumentError);
    expect(declaring(changes)).toThrow(problem);
  });

  it('is held to by each launch', () => {
    const kernel = defineKernel(CARELESS);
    const [x, y] = [zeros(gpu.device, [2]), zeros(gpu.device, [2])];
    const launching =
      (tensors: object, params: object = { size: 2 }) =>
      () =>
        launch(kernel, tensors as never, params as never);
    expect(launching({ x })).toThrow('careless: y is missing');
    expect(launching({ x, y: [1, 2] })).toThrow('careless: y is [1, 2]; it must be a Tensor');
    expect(launching({ x, y }, {})).toThrow('careless: size is missing');
    expect(launching({ x, y }, { size: '2' })).toThrow("careless: size is '2'; it must be a whole number");
  });
});

describe('what an entry point uses', () => {
  const problemOf = (source: string, entryPoint: string, bindings: Record<string, 'read' | 'write'>) =>
    declarationProblem({ name: 'k', shader: 'k.wgsl', entryPoint, bindings, params: {} }, source);
  const source = `
    // fn careless_comment() { other[0] = 1.0; } @compute fn nobody() {}
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;
@group(0) @binding(3) var<storage> z: array<vec4f>;
@group(0) @binding(2)
var<storage, read_write> other: array<f32>;

fn of_x(i: u32) -> f32 {
  return x[i];
}
fn of_z(i: u32) -> f32 {
  let y = z[i];
  return y.x;
}
@compute @workgroup_size(1)
fn first(@builtin(global_invocation_id) at: vec3u) {
  y[at.x] = of_x(at.x);
}
@compute
@workgroup_size(1)
fn second(@builtin(global_invocation_id) x: vec3u) {
  other[x.x] = of_z(x.y);
}
`;

  it('is found through what it calls, and not in comments, members and its own variables', () => {
    expect(problemOf(source, 'first', { x: 'read', y: 'write' })).toBeUndefined();
    expect(problemOf(source, 'second', { other: 'write', z: 'read' })).toBe(
      'bindings are declared 1 other write, 2 z read, and "second" uses 2 other write, 3 z read',
    );
  });

  it('is told of entry points', () => {
    expect(problemOf(source, 'third', {})).toBe('there is no entry point "third", but first, second');
    expect(problemOf('', 'third', {})).toBe('there is no entry point "third", but none at all');
  });
});
