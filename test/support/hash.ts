import type { Device } from '../../src/gpu/device.js';
import { fromArray } from '../../src/tensor/create.js';

/** Run the function `pcg3d` of a shader's text on the device, on each of these triples of u32. */
export async function hashOnDevice(
  device: Device,
  source: string,
  inputs: readonly (readonly [number, number, number])[],
): Promise<number[][]> {
  const code = `
    @group(0) @binding(0) var<storage, read_write> words: array<u32>;
    ${source}
    @compute @workgroup_size(1)
    fn main(@builtin(workgroup_id) group: vec3u) {
      let at = 3u * group.x;
      let hashed = pcg3d(vec3u(words[at], words[at + 1u], words[at + 2u]));
      words[at] = hashed.x;
      words[at + 1u] = hashed.y;
      words[at + 2u] = hashed.z;
    }`;
  const words = fromArray(device, Uint32Array.from(inputs.flat()), [3 * inputs.length]);
  const pipeline = device.gpu.createComputePipeline({
    layout: 'auto',
    compute: { module: device.gpu.createShaderModule({ code }) },
  });
  const bindGroup = device.gpu.createBindGroup({
    layout: pipeline.getBindGroupLayout(0),
    entries: [{ binding: 0, resource: { buffer: words.buffer } }],
  });
  const encoder = device.gpu.createCommandEncoder();
  const pass = encoder.beginComputePass();
  pass.setPipeline(pipeline);
  pass.setBindGroup(0, bindGroup);
  pass.dispatchWorkgroups(inputs.length);
  pass.end();
  device.gpu.queue.submit([encoder.finish()]);
  const values = await words.toArray();
  return inputs.map((_, index) => [...values.slice(3 * index, 3 * index + 3)]);
}
