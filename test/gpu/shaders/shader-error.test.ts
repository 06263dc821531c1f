import { writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { Device } from '../../../src/gpu/device.js';
import { GpuValidationError } from '../../../src/gpu/gpu-errors.js';
import { ShaderError, wgslProblemIn } from '../../../src/gpu/shaders/shader-error.js';
import { readInRoom } from '../../../src/gpu/shaders/shader-files.js';
import { defineKernel, launch, linearGrid } from '../../../src/kernels/kernel.js';
import { zeros } from '../../../src/tensor/create.js';
import { useFreshDirectory } from '../../support/directory.js';

const directory = useFreshDirectory();

/** What a launch of this shader ends with, as relu.forward. */
async function refusalOf(text: string, name = 'mine.wgsl'): Promise<Error> {
  const path = directory.file(name);
  writeFileSync(path, text);
  const shader = pathToFileURL(path).href;
  readInRoom(shader, '');
  const kernel = defineKernel({
    name: 'mine',
    shader,
    entryPoint: 'forward',
    bindings: { x: 'read', y: 'write' },
    params: { size: 'u32' },
    grid: ({ size }) => linearGrid(size),
    cost: () => ({ flops: 0, bytes: 0 }),
  });
  const device = await Device.create();
  try {
    const [x, y] = [zeros(device, [4]), zeros(device, [4])];
    launch(kernel, { x, y }, { size: 4 });
    return await y.toArray().then(
      () => new Error('nothing was refused'),
      (error) => error,
    );
  } finally {
    device.destroy();
  }
}

const shaderWith = (statement: string, workgroup = 64) =>
  `// y = x
import package::elementwise::rectify::rectify;

struct Params {
  size: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;

@compute @workgroup_size(${workgroup})
fn forward(@builtin(global_invocation_id) thread: vec3u) {
  let i = thread.x;
  if (i < params.size) {
\t${statement}
  }
}
`;

describe("an error in a user's shader", () => {
  it('is told with the file, the line, its text and a caret', async () => {
    const error = await refusalOf(shaderWith('y[i] = rectify(z[i]);'));
    expect(error).toBeInstanceOf(ShaderError);
    expect(error.message).toMatch(
      /mine\.wgsl:16:17: unresolved value 'z'\n {2}\ty\[i\] = rectify\(z\[i\]\);\n {2}\t {15}\^$/,
    );
    expect(error.message).not.toContain('bug');
  });

  it('is told with the file of the module that it is in', async () => {
    writeFileSync(directory.file('beside.wgsl'), '// two\nfn twice(x: f32) -> f32 {\n  return 2 * y;\n}\n');
    const text = shaderWith('y[i] = twice(x[i]);').replace(
      'package::elementwise::rectify::rectify',
      'super::beside::twice',
    );
    const { message } = await refusalOf(text);
    expect(message).toMatch(/beside\.wgsl:3:1\d: .*\n {2} {2}return 2 \* y;\n +\^$/);
  });

  it("is not called ours where it is the pipeline's", async () => {
    const error = await refusalOf(shaderWith('y[i] = x[i];', 100_000));
    expect(error).toBeInstanceOf(ShaderError);
    expect(error.message).toMatch(/^.*mine\.wgsl: WebGPU refused it \(.*100000.*\)$/);
  });
});

describe("an error in a shader of the engine's", () => {
  it('is still a bug of ours', async () => {
    const device = await Device.create();
    const { shader, ...kernel } = { shader: 'elementwise/relu.wgsl', entryPoint: 'nowhere' };
    device.launch({
      ...{ ...kernel, shader, label: 'relu', constants: {}, access: [], operands: [] },
      ...{ params: new ArrayBuffer(16), grid: [1, 1, 1] as const },
    });
    await expect(device.synchronize()).rejects.toThrow(GpuValidationError);
    device.destroy();
  });

  it('is found by its line, which may be a module', () => {
    const message = `Error while parsing WGSL: :5:3 error: no\n - While validating [ShaderModuleDescriptor ""elementwise/relu.wgsl""].`;
    expect(wgslProblemIn(message)).toMatchObject({
      shader: 'elementwise/relu.wgsl',
      file: 'shaders/elementwise/relu.wgsl',
      line: 5,
      column: 3,
    });
    expect(wgslProblemIn('[BindGroup "relu"] is wrong')).toBeUndefined();
  });
});
