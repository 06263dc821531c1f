import type { Memory } from '../memory/memory.js';
import { type MemoryCount, type TexelCopy, Texels } from '../memory/texels.js';
import type { UniformCache } from '../memory/uniforms.js';
import type { PipelineCache } from '../shaders/pipelines.js';
import type { Launch } from './launch.js';

/** A launch that is ready to be submitted: everything the GPU needs, nothing it does not. */
export interface Dispatch {
  /** What it does; and what its `owners` are is not collected while this is not, nor is their memory. */
  readonly launch: Launch;
  readonly pipeline: GPUComputePipeline;
  readonly bindGroup: GPUBindGroup;
  /** To be made before it runs. */
  readonly copies: readonly TexelCopy[];
}

/** Makes launches ready for one device. */
export class Dispatcher {
  readonly #device: GPUDevice;
  readonly #pipelines: PipelineCache;
  readonly #uniforms: UniformCache;
  readonly #memory: MemoryCount;
  readonly #texels: Texels;

  constructor(device: GPUDevice, pipelines: PipelineCache, uniforms: UniformCache, memory: MemoryCount) {
    this.#device = device;
    this.#pipelines = pipelines;
    this.#uniforms = uniforms;
    this.#memory = memory;
    this.#texels = this.texels();
  }

  /** Give the textures of launches that are in no program back to the driver. They must have been submitted. */
  trim(): void {
    this.#texels.dispose();
  }

  /** Textures for launches that follow one another: of these sizes, or as they turn out to be needed. */
  texels(sizes?: readonly number[]): Texels {
    return new Texels(this.#device, this.#memory, sizes);
  }

  /**
   * Find or compile the pipeline, and bind the operands.
   * @param texels where copies of them go: by default where those of all launches do that are in no program
   */
  prepare(launch: Launch, texels = this.#texels): Dispatch {
    const { label, access, params, operands } = launch;
    const copies: TexelCopy[] = [];
    const texelsOf = (from: Memory) => {
      const to = texels.textureFor(copies.length, from);
      copies.push({ from, to });
      return to.createView();
    };
    const bindings: GPUBindingResource[] = [
      { buffer: this.#uniforms.get(params) },
      ...operands.map((memory, index) => {
        if (access[index] === 'texels') return texelsOf(memory);
        const { buffer, offset, size } = memory;
        return { buffer, offset, size };
      }),
    ];
    const bindGroup = this.#device.createBindGroup({
      label,
      layout: this.#pipelines.layout(access),
      entries: bindings.map((resource, binding) => ({ binding, resource })),
    });
    return { launch, pipeline: this.#pipelines.get(launch), bindGroup, copies };
  }
}
