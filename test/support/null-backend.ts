/** Dawn's Null backend, which computes nothing but checks a shader as any other does, and has every feature. */
import { afterAll, beforeAll } from 'vitest';
import { create, globals } from 'webgpu';
import { SUBGROUP_MATRIX } from '../../src/gpu/adapter.js';

// Dawn stops when its last reference goes.
const dawn = create(['backend=null', 'enable-dawn-features=allow_unsafe_apis']);

/** Its subgroups may have 128 threads, and its workgroups 16 KiB. */
export const ITS_LIMITS = /multiple of the device maxSubgroupSize|total use of workgroup storage|invocations/;

/** Bytes of workgroup memory that a pipeline uses, if they are too many for it. */
export function bytesUsed(complaints: readonly string[]): number | undefined {
  const found = /use of workgroup storage \((\d+) bytes\)/.exec(complaints.join());
  return found ? Number(found[1]) : undefined;
}

/** A device of it in a test file, with WebGPU's default limits, which are its guaranteed ones. */
export function useNullBackend() {
  let device: GPUDevice;
  beforeAll(async () => {
    Object.assign(globalThis, globals);
    const adapter = await dawn.requestAdapter();
    device = await adapter!.requestDevice({ requiredFeatures: ['shader-f16', 'subgroups', SUBGROUP_MATRIX] });
  });
  afterAll(() => device?.destroy());
  return {
    /** What is wrong with a shader, or with a pipeline of it: nothing, one hopes. */
    async complaints(code: string, entryPoint = 'product'): Promise<string[]> {
      device.pushErrorScope('validation');
      const module = device.createShaderModule({ code });
      const { messages } = await module.getCompilationInfo();
      device.createComputePipeline({ layout: 'auto', compute: { module, entryPoint } });
      const error = await device.popErrorScope();
      return [...messages.map(({ message }) => message), ...(error ? [error.message] : [])];
    },
  };
}
