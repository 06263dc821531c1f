import type { UniformCache } from '../memory/uniforms.js';
import type { PipelineCache } from '../shaders/pipelines.js';
import type { Launch } from './launch.js';

/** A launch that is ready to be submitted: everything the GPU needs, nothing it does not. */
export interface Dispatch {
  /** What it does; and what its `owners` are is not collected while this is not, nor is their memory. */
  readonly launch: Launch;
  readonly pipeline: GPUComputePipeline;
  readonly bindGroup: GPUBindGroup;
}

/** Makes launches ready for one device. */
export class Dispatcher {
  readonly #device: GPUDevice;
  readonly #pipelines: PipelineCache;
  readonly #uniforms: UniformCache;

  constructor(device: GPUDevice, pipelines: PipelineCache, uniforms: UniformCache) {
    this.#device = device;
    this.#pipelines = pipelines;
    this.#uniforms = uniforms;
  }

  /** Find or compile the pipeline, and bind the operands. */
  prepare(launch: Launch): Dispatch {
    const { label, access, params, operands } = launch;
    const bindings = [
      { buffer: this.#uniforms.get(params) },
      ...operands.map(({ buffer, offset, size }) => ({ buffer, offset, size })),
    ];
    const bindGroup = this.#device.createBindGroup({
      label,
      layout: this.#pipelines.layout(access),
      entries: bindings.map((resource, binding) => ({ binding, resource })),
    });
    return { launch, pipeline: this.#pipelines.get(launch), bindGroup };
  }
}
