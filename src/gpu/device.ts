import { checkArgument } from '../errors/check-options.js';
import type { DawngradError } from '../errors/errors.js';
import { synchronous } from '../errors/rules.js';
import type { AdapterDescription } from './adapter.js';
import { DeviceLostError, fromGpuError } from './gpu-errors.js';
import { IdleLoop } from './idle-loop.js';
import type { Memory, OwnedMemory } from './memory/memory.js';
import { BufferPool, type MemoryUse } from './memory/pool.js';
import { machineMemory, makeWithRoom } from './memory/room.js';
import { UniformCache } from './memory/uniforms.js';
import { type DeviceOptions, type OpenDevice, openDevice } from './open-device.js';
import type { Precision } from './precision.js';
import { Dispatcher } from './program/dispatch.js';
import { checkLaunch, type Launch } from './program/launch.js';
import { LaunchQueue } from './program/launch-queue.js';
import { type ProgramPlan, planProgram } from './program/plan.js';
import { Program } from './program/program.js';
import { type Recorded, Recorder } from './program/recorder.js';
import { type BufferPart, ReadBack } from './read-back.js';
import { type Disposable, Scopes } from './scope.js';
import { compileByDispatch, compilesAtFirstDispatch } from './shaders/compile-by-dispatch.js';
import { PipelineCache, type PipelineSource } from './shaders/pipelines.js';
import type { DeviceWatcher } from './watcher.js';

/**
 * An adapter, a WebGPU device on it, and what the engine keeps for it: buffers, pipelines, and the queue of launches.
 * Made by `await Device.create()`, ended by `destroy()`; a process that forgets to still exits. Once something went wrong
 * on the device, most methods throw it: see `check`.
 */
export class Device {
  /** Which GPU this is, and by which driver. */
  readonly adapter: AdapterDescription;
  /** The WebGPU device itself. */
  readonly gpu: GPUDevice;
  /** As given to `create`, or 0. */
  readonly seed: number;
  /** As given to `create`, or `'highest'`. */
  readonly precision: Precision;
  /** What `tidy` disposes of. */
  readonly scopes = new Scopes();
  /** What the floors above keep for this device, each under a key of its own: see `PerDevice`. */
  readonly attached = new Map<object, unknown>();
  readonly #pool: BufferPool;
  readonly #pipelines: PipelineCache;
  readonly #uniforms: UniformCache;
  readonly #dispatcher: Dispatcher;
  readonly #queue: LaunchQueue;
  readonly #recorder = new Recorder();
  readonly #readBack: ReadBack;
  readonly #idleLoop: IdleLoop | undefined;
  readonly #options: DeviceOptions;
  #failure: DawngradError | undefined;

  private constructor({ adapter: { description }, gpu }: OpenDevice, options: DeviceOptions) {
    this.adapter = description;
    this.gpu = gpu;
    this.seed = options.seed ?? 0;
    this.precision = options.precision ?? 'highest';
    this.#options = options;
    this.#idleLoop = description.software ? new IdleLoop() : undefined;
    this.#pool = new BufferPool(gpu, description.software ? machineMemory() : undefined);
    this.#pipelines = new PipelineCache(gpu);
    this.#uniforms = new UniformCache(gpu);
    this.#dispatcher = new Dispatcher(gpu, this.#pipelines, this.#uniforms, this.#pool);
    this.#queue = new LaunchQueue(gpu);
    this.#readBack = new ReadBack(gpu);
    gpu.addEventListener('uncapturederror', (event) => {
      event.preventDefault();
      this.#failure ??= fromGpuError(event.error);
    });
    // Our own `destroy` has said so before.
    gpu.lost.then(({ message }) => this.#lost(message, false));
  }

  /**
   * Open a device on the best adapter there is, hardware before software.
   *
   *     const device = await Device.create({ seed: 1 });
   *
   * @throws AdapterError when there is none, LimitError when `limits` asks for more than the adapter has, ArgumentError for
   *   options that there are not
   */
  static async create(options: DeviceOptions = {}): Promise<Device> {
    return new Device(await openDevice(options), options);
  }

  /** What this device can do at most, in WebGPU's names: `limits.maxStorageBufferBindingSize`. */
  get limits(): GPUSupportedLimits {
    return this.gpu.limits;
  }

  /** Can this device do that? In WebGPU's names: `has('shader-f16')`. */
  has(feature: GPUFeatureName): boolean {
    return this.gpu.features.has(feature);
  }

  /** Bytes of device memory that there are: on a software adapter those of the machine; infinite where nobody tells. */
  get capacity(): number {
    return this.#pool.capacity;
  }

  /** Bytes of device memory: in use, kept for reuse, and the most so far. */
  get memory(): MemoryUse {
    return this.#pool.memory;
  }

  /**
   * Take memory for `bytes` bytes; its contents are undefined. While a program is recorded it is the program's, and has its place
   * in a buffer once that is made.
   * @param label names it in errors
   * @throws LimitError when no buffer of this device can be that large, OutOfMemoryError when there is no room for it
   */
  acquire(bytes: number, label: string): OwnedMemory {
    this.check();
    this.#pool.checkSize(bytes, label);
    const { recording } = this.#recorder;
    if (recording) return recording.acquire(bytes, label);
    if (!this.#pool.hasRoom(bytes)) this.trim();
    const buffer = this.#pool.acquire(bytes, label);
    const memory = {
      ...{ buffer, offset: 0, size: buffer.size, released: false },
      release: () => {
        memory.released = true;
        this.#pool.release(buffer);
      },
    };
    return memory;
  }

  /**
   * While a program is recorded: memory that will have all these in it, one after the other, each from where the one before
   * ends, `aligned`. Undefined where one of them was not asked for in this recording, or a launch reads one and writes another.
   */
  join(parts: readonly Memory[], label: string): OwnedMemory | undefined {
    return this.#recorder.recording?.join(parts, label);
  }

  /** May a program go on using this memory? Whoever has it must stay there then. */
  isUsedByProgram(memory: Memory): boolean {
    return this.#recorder.hasUsed(memory);
  }

  /** Give the memory that is kept for reuse, and not in use now, back to the driver. */
  trim(): void {
    this.flush();
    this.#dispatcher.trim();
    this.#pool.trim();
  }

  /**
   * Queue a kernel launch. It runs after those queued before, at the next `flush` or earlier; while a program is recorded it
   * does not, but in each run of the program.
   * @throws LimitError when its grid exceeds the device's limits, DawngradError when it writes to memory given to it twice
   */
  launch(launch: Launch): void {
    this.check();
    checkLaunch(launch, this.limits);
    if (launch.grid.includes(0)) return;
    if (this.#recorder.recording) this.#recorder.launch(launch);
    else this.#queue.add(this.#dispatcher.prepare(launch));
  }

  /**
   * Do something on the host, in its order among the launches: now; while a program is recorded not now, but at this place in
   * each run of the program. For what a program must not repeat as it was recorded, such as to count a step:
   *
   *     device.onHost(() => rate.write(Float32Array.of(0.1 / ++steps)));
   */
  onHost(work: () => void): void {
    checkArgument('device.onHost', 'work', work, synchronous);
    const { recording } = this.#recorder;
    if (recording) recording.onHost(work);
    else work();
  }

  /** Do what `work` launches now; while a program is recorded not now, but in those of its runs that ask: `run({ optional: true })`. */
  optionally(work: () => void): void {
    checkArgument('device.optionally', 'work', work, synchronous);
    const { recording } = this.#recorder;
    if (recording) recording.optionally(work);
    else work();
  }

  /**
   * Make a program of what `work` does: all launches and work on the host, none of which happens before the program
   * runs. The rest of its JavaScript is over after this call: numbers that it used and branches that it took are the same in
   * every run. Tensors that it makes live in the program's own memory, planned by when they are needed; tensors made before
   * are used as they are, and must not be disposed of: a run is refused then.
   *
   *     const images = dg.zeros(device, [50, 3, 32, 32]);
   *     const labels = dg.zeros(device, [50], 'u32');
   *     const optimizer = new dg.Adam(model.parameters());
   *     const program = device.record(() =>
   *       dg.tidy(device, () => {
   *         const { loss } = dg.crossEntropy(model.forward(images), labels);
   *         optimizer.zeroGrad();
   *         loss.backward();
   *         optimizer.step();
   *         return loss;
   *       }),
   *     );
   *     for (const batch of batches) {
   *       images.write(batch.images);
   *       labels.write(batch.labels);
   *       program.run();
   *       console.log(await program.result.item());
   *     }
   *
   * @throws DawngradError while another program is recorded, and when `work` writes to tensors from the host without `onHost`;
   *   LimitError when a tensor exceeds the device's limits
   */
  record<T>(work: () => T): Program<T> {
    return this.#programOf(this.#recorder.record('device.record', work));
  }

  /**
   * As `record`, with all pipelines compiled side by side before the program's first run, which would compile one after the
   * other. The work is recorded at once; what happens on the device until the program is there comes before its runs.
   * @throws what `record` throws, OutOfMemoryError when there is no room for its tensors: nothing of it is left then, and the
   * device can be used as before
   */
  async compile<T>(work: () => T): Promise<Program<T>> {
    const recorded = this.#recorder.record('device.compile', work);
    await this.#wait(this.#compile(recorded.recording.launches));
    return this.makeWithRoom(() => this.#programOf(recorded));
  }

  /**
   * Compile what these launch, side by side, and launch none of it: whoever does so later finds it compiled. It goes on while
   * other things are done.
   */
  async compilePipelines(launches: readonly PipelineSource[]): Promise<void> {
    this.check();
    await this.#wait(this.#compile(launches));
  }

  /**
   * Make something that takes memory, and hear whether there was room: a GPU says so only later.
   * @throws OutOfMemoryError when there was none; what was made is disposed of then, and the device can be used as before
   */
  makeWithRoom<T extends Disposable>(make: () => T): Promise<T> {
    return this.#wait(makeWithRoom(this.gpu, make, () => this.trim()));
  }

  /**
   * What `record(work)` would make, and how many bytes it would take, found without taking them. Nothing happens on the device;
   * gradients that `work` leaves in parameters have no memory, so clear them before the next step.
   * @throws what `record` throws
   */
  plan<T>(work: () => T): ProgramPlan<T> {
    return planProgram(this.#recorder.record('device.plan', work), this.#pool.largest);
  }

  /**
   * Run `work` as if nothing was being recorded, such as to make state that outlives the program when it is first needed. It
   * happens once, now, and in no run of the program.
   */
  unrecorded<T>(work: () => T): T {
    checkArgument('device.unrecorded', 'work', work, synchronous);
    return this.#recorder.unrecorded(work);
  }

  #programOf<T>(recorded: Recorded<T>): Program<T> {
    return new Program(recorded, {
      largest: this.#pool.largest,
      acquire: (bytes, label) => this.acquire(bytes, label),
      texels: (sizes) => this.#dispatcher.texels(sizes),
      prepare: (launch, texels) => this.#dispatcher.prepare(launch, texels),
      run: (work) => {
        this.check();
        this.#recorder.refuse('running a program');
        this.flush();
        this.#queue.run(work);
      },
    });
  }

  async #compile(sources: readonly PipelineSource[]): Promise<void> {
    const missing = this.#pipelines.missing(sources);
    if (missing.length === 0) return;
    if (!compilesAtFirstDispatch(this.adapter)) return this.#pipelines.compile(missing);
    const another = async () => (await openDevice(this.#options)).gpu;
    await compileByDispatch(missing, { gpu: this.gpu, pipelines: this.#pipelines }, another);
  }

  /** Tell this of all that the host does with the device from now on, or nobody. */
  watch(watcher: DeviceWatcher | undefined): void {
    this.flush();
    this.#queue.watcher = watcher;
  }

  /** How many launches are queued but not yet submitted. */
  get pending(): number {
    return this.#queue.pending;
  }

  /** Have these commands submitted right ahead of the launches that come next, in one submit with them. */
  goAhead(commands: GPUCommandBuffer): void {
    this.flush();
    this.#queue.goAhead(commands);
  }

  /** Submit everything queued so far; does not wait. */
  flush(): void {
    this.#queue.flush();
    this.#uniforms.trim();
  }

  /**
   * Copy host bytes into a buffer, after the work queued so far and before the work queued next.
   * @throws DawngradError while a program is recorded: its runs would not repeat it, see `onHost`
   */
  write(buffer: GPUBuffer, data: ArrayBufferView, byteOffset = 0): void {
    this.check();
    this.#recorder.refuse('writing from the host');
    this.flush();
    const { buffer: bytes, byteOffset: start, byteLength } = data;
    const written = this.#queue.watcher?.uploading(byteLength);
    this.gpu.queue.writeBuffer(buffer, byteOffset, bytes as ArrayBuffer, start, byteLength);
    written?.();
  }

  /** Copy the first `bytes` bytes of memory to other memory, in the same order as `write`, and refused as that is. */
  copy(from: Memory, to: Memory, bytes: number): void {
    this.#recorder.refuse('copying a buffer');
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
      const between = this.acquire(bytes, 'a copy on its way');
      copy(from, between);
      copy(between, to);
      between.release();
    } else {
      copy(from, to);
    }
    this.gpu.queue.submit([encoder.finish()]);
  }

  /** The `bytes` bytes of a buffer from `byteOffset` on, once all work queued so far has run. */
  async read(buffer: GPUBuffer, bytes: number, byteOffset = 0): Promise<ArrayBuffer> {
    const [copy] = await this.readAll([{ buffer, bytes, byteOffset }]);
    return copy as ArrayBuffer;
  }

  /** As `read`, of several parts of buffers, in one go. */
  async readAll(parts: readonly BufferPart[]): Promise<ArrayBuffer[]> {
    this.check();
    this.flush();
    const here = this.#queue.watcher?.reading(parts.reduce((sum, { bytes }) => sum + bytes, 0));
    try {
      const copies = await this.#wait(this.#readBack.read(parts));
      here?.();
      this.check();
      return copies;
    } catch (error) {
      throw this.#failure ?? error;
    }
  }

  /** Resolves when all work queued so far has run. */
  async synchronize(): Promise<void> {
    this.check();
    this.flush();
    await this.#wait(this.gpu.queue.onSubmittedWorkDone());
    this.check();
  }

  #wait<T>(promise: Promise<T>): Promise<T> {
    return this.#idleLoop ? this.#idleLoop.during(promise) : promise;
  }

  /**
   * Throw the first thing that went wrong on this device, if anything did: what came after it cannot be trusted.
   * @throws DeviceLostError when it is gone, OutOfMemoryError, GpuValidationError
   */
  check(): void {
    if (this.#failure) throw this.#failure;
  }

  /** Free everything on the device. Using it, or a tensor on it, throws a DeviceLostError from now on. */
  destroy(): void {
    this.#lost('device.destroy() was called', true);
    this.gpu.destroy();
  }

  #lost(why: string, destroyed: boolean): void {
    const reason = why.trim().replace(/\s*\n\s*/g, ' ');
    this.#failure ??= new DeviceLostError(`the device ${this.adapter.name} is gone: ${reason}`, destroyed);
  }
}
