import type { UniformCache } from '../memory/uniforms.js';
import type { PipelineCache } from '../shaders/pipelines.js';
import type { Launch } from './launch.js';

/** A launch that is ready to be submitted: everything the GPU needs, nothing it does not. */
export interface Dispatch {
  readonly label: string;
  readonly pipeline: GPUComputePipeline;
  readonly bindGroup: GPUBindGroup;
  /** Workgroups along x, y and z. */
  readonly grid: readonly [number, number, number];
  /** Never read: what is referred to here is not collected while this is, nor is its memory. */
  readonly owners: readonly object[] | undefined;
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
    const { label, grid, access, params, operands, owners } = launch;
    const bindings = [
      { buffer: this.#uniforms.get(params) },
      ...operands.map(({ buffer, offset, size }) => ({ buffer, offset, size })),
    ];
    const bindGroup = this.#device.createBindGroup({
      label,
      layout: this.#pipelines.layout(access),
      entries: bindings.map((resource, binding) => ({ binding, resource })),
    });
    return { label, pipeline: this.#pipelines.get(launch), bindGroup, grid, owners };
  }
}
