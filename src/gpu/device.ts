import { type Adapter, type AdapterDescription, type AdapterOptions, requestAdapter } from './adapter.js';
import { DawngradError, DeviceLostError, fromGpuError, LimitError } from './errors.js';
import { requiredLimits } from './limits.js';
import { PipelineCache, type PipelineSource } from './pipelines.js';
import { BufferPool, type MemoryUse } from './pool.js';
import { Recorder } from './recorder.js';
import { Scopes } from './scope.js';
import { UniformCache } from './uniforms.js';

export interface DeviceOptions extends AdapterOptions {
  /** Seeds every random number on this device (default 0): initial weights, dropout, augmentation. */
  seed?: number;
  /** Ask for less than the adapter offers; `'minimum'` asks for what WebGPU guarantees everywhere. */
  limits?: 'minimum' | Readonly<Record<string, number>>;
}

/** A kernel launch as the floors above describe it. */
export interface Launch extends PipelineSource {
  /** One for each entry of `access`. */
  readonly buffers: readonly GPUBuffer[];
  /** The uniform block, as the shader's `struct Params` lays it out. */
  readonly params: ArrayBuffer;
  readonly grid: readonly [number, number, number];
}

const WANTED_FEATURES = ['timestamp-query', 'shader-f16', 'subgroups'] as const;

/**
 * An adapter, a WebGPU device on it, and what the engine keeps for it: buffers, pipelines, and the queue of recorded work.
 * Made by `await Device.create()`, ended by `destroy()`; a process that forgets to still exits.
 */
export class Device {
  readonly adapter: AdapterDescription;
  readonly gpu: GPUDevice;
  readonly seed: number;
  readonly scopes = new Scopes();
  readonly #pool: BufferPool;
  readonly #pipelines: PipelineCache;
  readonly #uniforms: UniformCache;
  readonly #recorder: Recorder;
  #failure: DawngradError | undefined;

  private constructor({ description }: Adapter, gpu: GPUDevice, seed: number) {
    this.adapter = description;
    this.gpu = gpu;
    this.seed = seed;
    this.#pool = new BufferPool(gpu);
    this.#pipelines = new PipelineCache(gpu);
    this.#uniforms = new UniformCache(gpu);
    this.#recorder = new Recorder(gpu);
    gpu.addEventListener('uncapturederror', (event) => {
      event.preventDefault();
      this.#failure ??= fromGpuError(event.error);
    });
    gpu.lost.then(({ reason, message }) => {
      const why = reason === 'destroyed' ? 'device.destroy() was called' : message;
      this.#failure ??= new DeviceLostError(`the device ${description.name} is gone: ${why}`);
    });
  }

  /**
   * Open the best adapter there is, hardware before software.
   * @throws AdapterError when there is none, LimitError when `limits` asks for more than the adapter has
   */
  static async create(options: DeviceOptions = {}): Promise<Device> {
    const { seed = 0, limits, ...which } = options;
    const adapter = await requestAdapter(which);
    const gpu = await adapter.gpuAdapter.requestDevice({
      requiredFeatures: WANTED_FEATURES.filter((feature) => adapter.gpuAdapter.features.has(feature)),
      requiredLimits: requiredLimits(adapter.gpuAdapter.limits, limits),
    });
    return new Device(adapter, gpu, seed);
  }

  get limits(): GPUSupportedLimits {
    return this.gpu.limits;
  }

  has(feature: GPUFeatureName): boolean {
    return this.gpu.features.has(feature);
  }

  get memory(): MemoryUse {
    return this.#pool.memory;
  }

  /** Take a storage buffer from the pool; its contents are undefined. */
  acquire(bytes: number, label: string): GPUBuffer {
    this.check();
    return this.#pool.acquire(bytes, label);
  }

  release(buffer: GPUBuffer): void {
    this.#pool.release(buffer);
  }

  /** Give the memory kept for reuse back to the driver. */
  trim(): void {
    this.flush();
    this.#pool.trim();
  }

  /** Record a kernel launch. It runs, in order, at the next `flush` or before that. */
  launch(launch: Launch): void {
    this.check();
    const { label, grid, buffers, access } = launch;
    const most = this.limits.maxComputeWorkgroupsPerDimension;
    if (grid.some((count) => count > most)) {
      throw new LimitError(
        `${label}: a grid of ${grid.join(' x ')} workgroups exceeds this device's ${most} a dimension`,
      );
    }
    const shared = (buffer: GPUBuffer) => buffers.indexOf(buffer) !== buffers.lastIndexOf(buffer);
    if (buffers.some((buffer, index) => access[index] === 'write' && shared(buffer))) {
      throw new DawngradError(
        `${label}: writes to memory that it was also given as another operand; give it tensors that share none`,
      );
    }
    if (grid.includes(0)) return;
    const pipeline = this.#pipelines.get(launch);
    const bindGroup = this.gpu.createBindGroup({
      label,
      layout: this.#pipelines.layout(access),
      entries: [this.#uniforms.get(launch.params), ...buffers].map((buffer, binding) => ({
        binding,
        resource: { buffer },
      })),
    });
    this.#recorder.add({ label, pipeline, bindGroup, grid });
  }

  /** How many launches have been recorded but not yet submitted. */
  get pending(): number {
    return this.#recorder.pending;
  }

  /** Submit everything recorded so far; does not wait. */
  flush(): void {
    this.#recorder.flush();
    this.#uniforms.trim();
  }

  /** Copy host bytes into a buffer, after the work recorded so far and before the work recorded next. */
  write(buffer: GPUBuffer, data: ArrayBufferView, byteOffset = 0): void {
    this.check();
    this.flush();
    this.gpu.queue.writeBuffer(
      buffer,
      byteOffset,
      data.buffer as ArrayBuffer,
      data.byteOffset,
      data.byteLength,
    );
  }

  /** Copy the first `bytes` bytes of one buffer to another, in the same order as `write`. */
  copy(from: GPUBuffer, to: GPUBuffer, bytes: number): void {
    this.flush();
    const encoder = this.gpu.createCommandEncoder();
    encoder.copyBufferToBuffer(from, 0, to, 0, Math.ceil(bytes / 4) * 4);
    this.gpu.queue.submit([encoder.finish()]);
  }

  /** The first `bytes` bytes of a buffer, once all work recorded so far has run. */
  async read(buffer: GPUBuffer, bytes: number): Promise<ArrayBuffer> {
    this.check();
    const usage = GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST;
    const staging = this.gpu.createBuffer({ label: 'read-back', size: Math.ceil(bytes / 4) * 4, usage });
    this.copy(buffer, staging, bytes);
    try {
      await staging.mapAsync(GPUMapMode.READ);
      this.check();
      return staging.getMappedRange().slice(0, bytes);
    } catch (error) {
      throw this.#failure ?? error;
    } finally {
      staging.destroy();
    }
  }

  /** Resolves when all work recorded so far has run. */
  async synchronize(): Promise<void> {
    this.check();
    this.flush();
    await this.gpu.queue.onSubmittedWorkDone();
    this.check();
  }

  /** Throws the first thing that went wrong on this device, if anything did: what came after it cannot be trusted. */
  check(): void {
    if (this.#failure) throw this.#failure;
  }

  /** Free everything on the device. Using it, or a tensor on it, throws a DeviceLostError from now on. */
  destroy(): void {
    this.#failure ??= new DeviceLostError(
      `the device ${this.adapter.name} is gone: device.destroy() was called`,
    );
    this.gpu.destroy();
  }
}
