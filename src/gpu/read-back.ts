/** Larger staging buffers are not worth keeping: they are read rarely, and would double a device's memory. */
const LARGEST_KEPT = 4096;

/** Part of a buffer. */
export interface BufferPart {
  readonly buffer: GPUBuffer;
  readonly bytes: number;
  readonly byteOffset: number;
}

/**
 * Copies device memory to the host through staging buffers, which the host may map. Small ones are used in turn: a training
 * loop reads a few numbers each step, several steps behind the GPU, and must not make buffers for that.
 */
export class ReadBack {
  readonly #device: GPUDevice;
  readonly #idle: GPUBuffer[] = [];

  constructor(device: GPUDevice) {
    this.#device = device;
  }

  /** The bytes of each of these, by one submit, once all that was submitted so far has run. */
  async read(parts: readonly BufferPart[]): Promise<ArrayBuffer[]> {
    const starts: number[] = [];
    let size = 0;
    for (const { bytes } of parts) {
      starts.push(size);
      size += Math.ceil(bytes / 4) * 4;
    }
    const staging = this.#take(size);
    const encoder = this.#device.createCommandEncoder();
    parts.forEach(({ buffer, byteOffset, bytes }, index) => {
      const start = starts[index] as number;
      encoder.copyBufferToBuffer(buffer, byteOffset, staging, start, Math.ceil(bytes / 4) * 4);
    });
    this.#device.queue.submit([encoder.finish()]);
    try {
      await staging.mapAsync(GPUMapMode.READ, 0, size);
      const mapped = staging.getMappedRange(0, size);
      const copies = parts.map(({ bytes }, index) => {
        const start = starts[index] as number;
        return mapped.slice(start, start + bytes);
      });
      staging.unmap();
      if (staging.size <= LARGEST_KEPT) this.#idle.push(staging);
      else staging.destroy();
      return copies;
    } catch (error) {
      staging.destroy();
      throw error;
    }
  }

  #take(size: number): GPUBuffer {
    const kept = size <= LARGEST_KEPT ? this.#idle.pop() : undefined;
    return (
      kept ??
      this.#device.createBuffer({
        label: 'read-back',
        size: Math.max(size, LARGEST_KEPT),
        usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST,
      })
    );
  }
}
