/** Node as a browser with WebGPU, for libraries that look for one: `navigator.gpu` is Dawn, the project's own copy. */
import { create, globals } from 'webgpu';

export function installWebGPU() {
  Object.assign(globalThis, globals);
  const gpu = create([]);
  const { userAgent = 'Node.js', hardwareConcurrency } = globalThis.navigator ?? {};
  // Kept for the life of the process: Dawn stops when its last reference goes.
  Object.defineProperty(globalThis, 'navigator', {
    value: { gpu, userAgent, hardwareConcurrency },
    configurable: true,
  });
  return gpu;
}

/** What the adapter calls itself. */
export async function adapterName(gpu) {
  const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' });
  return adapter.info.device || adapter.info.description;
}
