import { TEXELS } from '../memory/texels.js';
import { type Constants, readShader, specialise } from './shader.js';
import { isUsers } from './shader-files.js';

/**
 * How a shader uses an operand: a storage buffer that it reads or writes, or `texels`, a copy of one in a texture, which some drivers
 * read from several times as fast (memory/texels.ts).
 */
export type Access = 'read' | 'write' | 'texels';

/** What a compute pipeline is made of: an entry point of a shader file, and the constants it is specialised with. */
export interface PipelineSource {
  /** File under `shaders/`. */
  readonly shader: string;
  readonly entryPoint: string;
  readonly constants: Constants;
  /** Storage bindings 1, 2, ... in order; binding 0 is the uniform block of parameters. */
  readonly access: readonly Access[];
  readonly label: string;
}

const LAYOUTS: Readonly<Record<Access, Partial<GPUBindGroupLayoutEntry>>> = {
  read: { buffer: { type: 'read-only-storage' } },
  write: { buffer: { type: 'storage' } },
  texels: { storageTexture: { access: 'read-only', format: TEXELS } },
};

const keyOf = ({ shader, entryPoint, constants, access }: PipelineSource): string =>
  `${shader}:${entryPoint}:${access}:${JSON.stringify(constants)}`;

/** Compiled pipelines by source: compiling takes milliseconds to seconds, using one again takes nothing. */
export class PipelineCache {
  readonly #device: GPUDevice;
  readonly #pipelines = new Map<string, GPUComputePipeline>();
  /** Those that are being compiled. */
  readonly #compiling = new Map<string, Promise<void>>();
  readonly #modules = new Map<string, GPUShaderModule>();
  readonly #layouts = new Map<string, GPUBindGroupLayout>();

  constructor(device: GPUDevice) {
    this.#device = device;
  }

  /** The pipeline of this source, compiled now if it was not before. */
  get(source: PipelineSource): GPUComputePipeline {
    const key = keyOf(source);
    let pipeline = this.#pipelines.get(key);
    if (!pipeline) {
      pipeline = this.#device.createComputePipeline(this.#describe(source));
      this.#pipelines.set(key, pipeline);
    }
    return pipeline;
  }

  /** Those of these sources for which there is no pipeline yet, each once. */
  missing(sources: Iterable<PipelineSource>): PipelineSource[] {
    const byKey = new Map([...sources].map((source) => [keyOf(source), source]));
    return [...byKey].filter(([key]) => !this.#pipelines.has(key)).map(([, source]) => source);
  }

  /** Compile these now, side by side as far as the driver can. One that fails is left for `get`, which reports it. */
  async compile(sources: readonly PipelineSource[]): Promise<void> {
    await Promise.allSettled(sources.map((source) => this.#compileOnce(source)));
  }

  #compileOnce(source: PipelineSource): Promise<void> {
    const key = keyOf(source);
    let compiling = this.#compiling.get(key);
    if (!compiling) {
      compiling = this.#compile(key, source).finally(() => this.#compiling.delete(key));
      this.#compiling.set(key, compiling);
    }
    return compiling;
  }

  async #compile(key: string, source: PipelineSource): Promise<void> {
    this.#pipelines.set(key, await this.#device.createComputePipelineAsync(this.#describe(source)));
  }

  /** The bind group layout of every pipeline with these bindings. */
  layout(access: readonly Access[]): GPUBindGroupLayout {
    const key = access.join();
    let layout = this.#layouts.get(key);
    if (!layout) {
      layout = this.#device.createBindGroupLayout({
        entries: [
          { binding: 0, visibility: GPUShaderStage.COMPUTE, buffer: { type: 'uniform' } },
          ...access.map((mode, index) => ({
            binding: index + 1,
            visibility: GPUShaderStage.COMPUTE,
            ...LAYOUTS[mode],
          })),
        ],
      });
      this.#layouts.set(key, layout);
    }
    return layout;
  }

  #describe({ label, shader, entryPoint, constants, access }: PipelineSource): GPUComputePipelineDescriptor {
    return {
      // What is refused is told to whom the shader is.
      label: isUsers(shader) ? `${label} of ${shader}` : label,
      layout: this.#device.createPipelineLayout({ bindGroupLayouts: [this.layout(access)] }),
      compute: { module: this.#module(shader, constants), entryPoint },
    };
  }

  #module(shader: string, constants: Constants): GPUShaderModule {
    const key = `${shader}:${JSON.stringify(constants)}`;
    let module = this.#modules.get(key);
    if (!module) {
      const code = specialise(readShader(shader), constants);
      module = this.#device.createShaderModule({ label: shader, code });
      this.#modules.set(key, module);
    }
    return module;
  }
}
