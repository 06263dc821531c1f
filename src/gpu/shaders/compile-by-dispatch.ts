/**
 * Compiling ahead for drivers that put it off. Mesa's lavapipe turns a pipeline into machine code when it is first dispatched,
 * one after the other on the thread that runs the device's queue; nothing that WebGPU has to create pipelines in parallel
 * reaches that. But it keeps the machine code on disk, where other devices find it: so several devices share the pipelines
 * out, and each dispatches its own on nothing.
 */
import { availableParallelism } from 'node:os';
import type { AdapterDescription } from '../adapter.js';
import { TEXELS } from '../memory/texels.js';
import { PipelineCache, type PipelineSource } from './pipelines.js';
import { readShader } from './shader.js';

/** Does this driver compile at the first dispatch, and keep the result on disk for other devices? */
export const compilesAtFirstDispatch = ({ driver }: AdapterDescription): boolean =>
  driver.startsWith('llvmpipe') && !/^(1|true)$/i.test(process.env.MESA_SHADER_CACHE_DISABLE ?? '');

/** More devices than this need more memory than they save time. */
const MOST_DEVICES = 8;

interface Compiler {
  readonly gpu: GPUDevice;
  readonly pipelines: PipelineCache;
}

/**
 * Compile these, longest text first, on this device and on some that last only for it.
 * @param another makes one of those
 */
export async function compileByDispatch(
  sources: readonly PipelineSource[],
  own: Compiler,
  another: () => Promise<GPUDevice>,
): Promise<void> {
  const length = ({ shader }: PipelineSource) => readShader(shader).length;
  const left = [...sources].sort((a, b) => length(b) - length(a));
  const compileTheRest = async (compiler: Compiler) => {
    for (let source = left.shift(); source; source = left.shift()) await dispatchOnNothing(compiler, source);
  };
  const help = async () => {
    const gpu = await another();
    try {
      await compileTheRest({ gpu, pipelines: new PipelineCache(gpu) });
    } finally {
      gpu.destroy();
    }
  };
  const helpers = Math.min(MOST_DEVICES, availableParallelism(), sources.length) - 1;
  // What a helper fails at, this device compiles when it comes to it.
  const helping = Promise.allSettled(Array.from({ length: helpers }, help));
  await compileTheRest(own);
  await helping;
}

/** Bytes of each operand, and of the parameters, which are all 0: sizes too, so that there is nothing to do. */
const BYTES = 1024;

async function dispatchOnNothing({ gpu, pipelines }: Compiler, source: PipelineSource): Promise<void> {
  await pipelines.compile([source]);
  const { STORAGE, UNIFORM } = GPUBufferUsage;
  const usages = [UNIFORM, ...source.access.map(() => STORAGE)];
  const buffers = usages.map((usage) => gpu.createBuffer({ label: 'nothing', size: BYTES, usage }));
  const texture = gpu.createTexture({
    ...{ label: 'nothing', size: [1], format: TEXELS, usage: GPUTextureUsage.STORAGE_BINDING },
  });
  const bindGroup = gpu.createBindGroup({
    layout: pipelines.layout(source.access),
    entries: buffers.map((buffer, binding) => ({
      binding,
      resource: source.access[binding - 1] === 'texels' ? texture.createView() : { buffer },
    })),
  });
  const encoder = gpu.createCommandEncoder();
  const pass = encoder.beginComputePass();
  pass.setPipeline(pipelines.get(source));
  pass.setBindGroup(0, bindGroup);
  pass.dispatchWorkgroups(1);
  pass.end();
  gpu.queue.submit([encoder.finish()]);
  await gpu.queue.onSubmittedWorkDone();
  for (const thing of [...buffers, texture]) thing.destroy();
}
