/** Larger staging buffers are not worth keeping: they are read rarely, and would double a device's memory. */
const LARGEST_KEPT = 4096;

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

  /** `bytes` bytes of a buffer, once all that was submitted so far has run. */
  async read(buffer: GPUBuffer, bytes: number, byteOffset: number): Promise<ArrayBuffer> {
    const size = Math.ceil(bytes / 4) * 4;
    const staging = this.#take(size);
    const encoder = this.#device.createCommandEncoder();
    encoder.copyBufferToBuffer(buffer, byteOffset, staging, 0, size);
    this.#device.queue.submit([encoder.finish()]);
    try {
      await staging.mapAsync(GPUMapMode.READ, 0, size);
      const copy = staging.getMappedRange(0, size).slice(0, bytes);
      staging.unmap();
      if (staging.size <= LARGEST_KEPT) this.#idle.push(staging);
      else staging.destroy();
      return copy;
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
