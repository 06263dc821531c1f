import { DawngradError } from '../errors/errors.js';
import {
  type Adapter,
  type AdapterDescription,
  type AdapterOptions,
  type Precision,
  requestAdapter,
  SUBGROUP_MATRIX,
} from './adapter.js';
import { DeviceLostError, fromGpuError } from './gpu-errors.js';
import { IdleLoop } from './idle-loop.js';
import { requiredLimits } from './limits.js';
import type { Memory, OwnedMemory } from './memory/memory.js';
import { BufferPool, type MemoryUse } from './memory/pool.js';
import { UniformCache } from './memory/uniforms.js';
import { checkLaunch, type Launch } from './program/launch.js';
import { type ProgramPlan, planMemory } from './program/plan.js';
import { Program } from './program/program.js';
import { type Dispatch, Recorder } from './program/recorder.js';
import { Recording } from './program/recording.js';
import { ReadBack } from './read-back.js';
import { Scopes } from './scope.js';
import { compileByDispatch, compilesAtFirstDispatch } from './shaders/compile-by-dispatch.js';
import { PipelineCache, type PipelineSource } from './shaders/pipelines.js';

export interface DeviceOptions extends AdapterOptions {
  /** Seeds every random number on this device (default 0): initial weights, dropout, augmentation. */
  seed?: number;
  /** Ask for less than the adapter offers; `'minimum'` asks for what WebGPU guarantees everywhere. */
  limits?: 'minimum' | Readonly<Record<string, number>>;
  /**
   * With `'half'`, matrix products may round their operands to half precision where that is faster on this adapter, by
   * experimental features if it takes them (default `'single'`). Sums, and all that is stored, are in single precision always.
   */
  precision?: Precision;
}

const WANTED_FEATURES = ['timestamp-query', 'shader-f16', 'subgroups', SUBGROUP_MATRIX] as const;

async function openDevice({
  seed,
  limits,
  precision,
  ...which
}: DeviceOptions): Promise<{ adapter: Adapter; gpu: GPUDevice }> {
  const adapter = await requestAdapter(which, precision);
  const gpu = await adapter.gpuAdapter.requestDevice({
    requiredFeatures: WANTED_FEATURES.filter((feature) => adapter.gpuAdapter.features.has(feature)),
    requiredLimits: requiredLimits(adapter.gpuAdapter.limits, limits),
  });
  return { adapter, gpu };
}

/**
 * An adapter, a WebGPU device on it, and what the engine keeps for it: buffers, pipelines, and the queue of recorded work.
 * Made by `await Device.create()`, ended by `destroy()`; a process that forgets to still exits.
 */
export class Device {
  readonly adapter: AdapterDescription;
  readonly gpu: GPUDevice;
  readonly seed: number;
  readonly precision: Precision;
  readonly scopes = new Scopes();
  readonly #pool: BufferPool;
  readonly #pipelines: PipelineCache;
  readonly #uniforms: UniformCache;
  readonly #recorder: Recorder;
  readonly #readBack: ReadBack;
  readonly #idleLoop: IdleLoop | undefined;
  readonly #options: DeviceOptions;
  readonly #recorded = new WeakSet<Memory>();
  #recording: Recording | undefined;
  #failure: DawngradError | undefined;

  private constructor({ description }: Adapter, gpu: GPUDevice, options: DeviceOptions) {
    this.adapter = description;
    this.gpu = gpu;
    this.seed = options.seed ?? 0;
    this.precision = options.precision ?? 'single';
    this.#options = options;
    this.#idleLoop = description.software ? new IdleLoop() : undefined;
    this.#pool = new BufferPool(gpu);
    this.#pipelines = new PipelineCache(gpu);
    this.#uniforms = new UniformCache(gpu);
    this.#recorder = new Recorder(gpu);
    this.#readBack = new ReadBack(gpu);
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
    const { adapter, gpu } = await openDevice(options);
    return new Device(adapter, gpu, options);
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

  /** Take memory for `bytes` bytes; its contents are undefined. */
  acquire(bytes: number, label: string): OwnedMemory {
    this.check();
    this.#pool.checkSize(bytes, label);
    if (this.#recording) return this.#recording.acquire(bytes, label);
    const buffer = this.#pool.acquire(bytes, label);
    return { buffer, offset: 0, size: buffer.size, release: () => this.#pool.release(buffer) };
  }

  /**
   * While a program is recorded: memory that will have all these in it, one after the other, each from where the one before
   * ends, `aligned`. Undefined where one of them was not asked for in this recording, or a launch reads one and writes another.
   */
  join(parts: readonly Memory[], label: string): OwnedMemory | undefined {
    return this.#recording?.join(parts, label);
  }

  /** Was this memory used while something was recorded? A program may go on using it: whoever has it must stay there. */
  isRecorded(memory: Memory): boolean {
    return this.#recorded.has(memory);
  }

  /** Give the memory kept for reuse back to the driver. */
  trim(): void {
    this.flush();
    this.#pool.trim();
  }

  /** Record a kernel launch. It runs, in order, at the next `flush` or before that; or whenever its program runs. */
  launch(launch: Launch): void {
    this.check();
    checkLaunch(launch, this.limits);
    if (launch.grid.includes(0)) return;
    if (!this.#recording) {
      this.#recorder.add(this.#prepare(launch));
      return;
    }
    this.#recording.add(launch);
    for (const memory of launch.operands) this.#recorded.add(memory);
  }

  /** Find or compile the pipeline, and bind the operands. */
  #prepare(launch: Launch): Dispatch {
    const { label, grid, access, params, operands } = launch;
    const bindings = [
      { buffer: this.#uniforms.get(params) },
      ...operands.map(({ buffer, offset, size }) => ({ buffer, offset, size })),
    ];
    const bindGroup = this.gpu.createBindGroup({
      label,
      layout: this.#pipelines.layout(access),
      entries: bindings.map((resource, binding) => ({ binding, resource })),
    });
    return { label, pipeline: this.#pipelines.get(launch), bindGroup, grid };
  }

  /**
   * Run `work` once without computing anything, and make a program of the launches that it recorded. Tensors made
   * meanwhile live in the program's own memory, planned by when they are needed; tensors made before are used as they are.
   */
  record<T>(work: () => T): Program<T> {
    return this.#programOf(this.#recordingOf(work));
  }

  /**
   * As `record`, with all pipelines compiled side by side before the program's first run, which would compile one after the
   * other. The work is recorded at once; what happens on the device until the program is there comes before its runs.
   */
  async compile<T>(work: () => T): Promise<Program<T>> {
    const recorded = this.#recordingOf(work);
    await this.#wait(this.#compile(recorded.recording.launches));
    return this.#programOf(recorded);
  }

  async #compile(sources: readonly PipelineSource[]): Promise<void> {
    const missing = this.#pipelines.missing(sources);
    if (missing.length === 0) return;
    if (!compilesAtFirstDispatch(this.adapter)) return this.#pipelines.compile(missing);
    const another = async () => (await openDevice(this.#options)).gpu;
    await compileByDispatch(missing, { gpu: this.gpu, pipelines: this.#pipelines }, another);
  }

  #programOf<T>({ recording, result }: { recording: Recording; result: T }): Program<T> {
    const arenas = planMemory(recording, this.#pool.largest);
    const memory = arenas.map(({ bytes, tenants }) => {
      const arena = this.acquire(bytes, `memory of ${tenants.length} tensors`);
      for (const { memory, offset, size } of tenants) memory.putAt({ buffer: arena.buffer, offset, size });
      return arena;
    });
    return new Program({
      result,
      dispatches: recording.launches.map((launch) => this.#prepare(launch)),
      memory,
      owners: recording.launches.flatMap(({ owners = [] }) => owners),
      bytes: arenas.reduce((sum, { bytes }) => sum + bytes, 0),
      submit: (dispatches) => {
        this.check();
        this.flush();
        this.#recorder.submit(dispatches);
      },
    });
  }

  /** What `record(work)` would make, and how many bytes it would take, found without taking them. */
  plan<T>(work: () => T): ProgramPlan<T> {
    const { recording, result } = this.#recordingOf(work);
    const arenas = planMemory(recording, this.#pool.largest);
    return {
      result,
      bytes: arenas.reduce((sum, { bytes }) => sum + bytes, 0),
      launches: recording.launches,
      memory: recording.memory.filter(({ whole }) => !whole),
    };
  }

  #recordingOf<T>(work: () => T): { recording: Recording; result: T } {
    if (this.#recording) throw new DawngradError('recording a program: another one is being recorded');
    const recording = new Recording();
    this.#recording = recording;
    try {
      return { recording, result: work() };
    } finally {
      recording.open = false;
      this.#recording = undefined;
    }
  }

  /** Run `work` as if nothing was being recorded: for state that outlives the program, made when first needed. */
  unrecorded<T>(work: () => T): T {
    const recording = this.#recording;
    this.#recording = undefined;
    try {
      return work();
    } finally {
      this.#recording = recording;
    }
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

  /** Copy the first `bytes` bytes of memory to other memory, in the same order as `write`. */
  copy(from: Memory, to: Memory, bytes: number): void {
    this.flush();
    const encoder = this.gpu.createCommandEncoder();
    const copy = (source: Memory, target: Memory) =>
      encoder.copyBufferToBuffer(
        source.buffer,
        source.offset,
        target.buffer,
        target.offset,
        Math.ceil(bytes / 4) * 4,
      );
    if (from.buffer === to.buffer) {
      // WebGPU copies from one buffer to another, not within one.
      const between = this.unrecorded(() => this.acquire(bytes, 'a copy on its way'));
      copy(from, between);
      copy(between, to);
      between.release();
    } else {
      copy(from, to);
    }
    this.gpu.queue.submit([encoder.finish()]);
  }

  /** `bytes` bytes of a buffer, once all work recorded so far has run. */
  async read(buffer: GPUBuffer, bytes: number, byteOffset = 0): Promise<ArrayBuffer> {
    this.check();
    this.flush();
    try {
      const copy = await this.#wait(this.#readBack.read(buffer, bytes, byteOffset));
      this.check();
      return copy;
    } catch (error) {
      throw this.#failure ?? error;
    }
  }

  /** Resolves when all work recorded so far has run. */
  async synchronize(): Promise<void> {
    this.check();
    this.flush();
    await this.#wait(this.gpu.queue.onSubmittedWorkDone());
    this.check();
  }

  #wait<T>(promise: Promise<T>): Promise<T> {
    return this.#idleLoop ? this.#idleLoop.during(promise) : promise;
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
