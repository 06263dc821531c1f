/** Uniform buffers are never rewritten, so equal contents can share one; this many are kept. */
const CAPACITY = 4096;

/**
 * The small blocks of parameters that launches take (sizes, strides, options), one buffer for equal contents. A training loop
 * launches with the same blocks every step, so after its first step it creates none. Whatever changes from step to step (the
 * learning rate, random keys) therefore belongs in a storage buffer instead.
 */
export class UniformCache {
  readonly #device: GPUDevice;
  readonly #buffers = new Map<string, GPUBuffer>();

  constructor(device: GPUDevice) {
    this.#device = device;
  }

  /** A uniform buffer with this content: one that is there already, if any is. */
  get(block: ArrayBuffer): GPUBuffer {
    const key = Buffer.from(block).toString('latin1');
    let buffer = this.#buffers.get(key);
    if (!buffer) {
      const size = Math.max(16, Math.ceil(block.byteLength / 16) * 16);
      buffer = this.#device.createBuffer({
        label: 'params',
        size,
        usage: GPUBufferUsage.UNIFORM,
        mappedAtCreation: true,
      });
      new Uint8Array(buffer.getMappedRange()).set(new Uint8Array(block));
      buffer.unmap();
      this.#buffers.set(key, buffer);
    }
    return buffer;
  }

  /** Forget the oldest half when full. Call only when all queued work has been submitted. */
  trim(): void {
    if (this.#buffers.size < CAPACITY) return;
    for (const key of [...this.#buffers.keys()].slice(0, CAPACITY / 2)) this.#buffers.delete(key);
  }
}
