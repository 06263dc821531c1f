/**
 * Copies of buffers in textures, four numbers a texel, in the order of memory: texel i is at (i mod WIDTH, i / WIDTH).
 *
 * A driver for which each load of each lane from a buffer is a branch of its own may read a texel, four numbers, by one instruction:
 * lavapipe is three times as fast at it, and a copy costs what a few loads of each number would.
 */
import type { Memory } from './memory.js';

/** What a texel is: four numbers of single precision. */
export const TEXELS: GPUTextureFormat = 'rgba32float';

/** Texels in a row of a texture. The shaders know it too (`shaders/products/shared/texels.wgsl`). */
export const WIDTH = 1024;

/** Rows of the largest texture that WebGPU promises. */
const MOST_ROWS = 8192;

/** Numbers that fit into that. */
export const MOST_NUMBERS = 4 * WIDTH * MOST_ROWS;

const BYTES_OF_ONE = 16;

const BYTES_OF_ROW = WIDTH * BYTES_OF_ONE;

/** Bytes of the texture that this many bytes are copied to, as far as the largest has room for them. */
export const textureSize = (bytes: number): number =>
  BYTES_OF_ROW * Math.min(Math.ceil(bytes / BYTES_OF_ROW), MOST_ROWS);

/** A copy to be made before a launch. */
export interface TexelCopy {
  readonly from: Memory;
  readonly to: GPUTexture;
}

/** Who counts the memory of a device. */
export interface MemoryCount {
  /** @throws OutOfMemoryError when there is no room for that many bytes more */
  count(bytes: number, label: string, kept: boolean): void;
  discount(bytes: number, kept: boolean): void;
}

/**
 * Textures for launches that follow one another. The first operand of texels of a launch has one for itself, the second another; all
 * launches share them, since each fills them anew just before it runs.
 */
export class Texels {
  readonly #device: GPUDevice;
  readonly #memory: MemoryCount;
  readonly #textures: GPUTexture[] = [];
  /** Are they what is kept for whoever comes next, rather than a program's own? */
  readonly #kept: boolean;

  /**
   * @param sizes bytes of the texture for each index, where that is known
   * @throws OutOfMemoryError when there is no room for all of them; none is kept then
   */
  constructor(device: GPUDevice, memory: MemoryCount, sizes?: readonly number[]) {
    this.#device = device;
    this.#memory = memory;
    this.#kept = sizes === undefined;
    try {
      for (const [index, bytes] of (sizes ?? []).entries()) this.#make(index, bytes);
    } catch (error) {
      this.dispose();
      throw error;
    }
  }

  /** A texture for a launch's operand of this index, with room for that memory. One that was too small is left to who has it. */
  textureFor(index: number, { size }: Memory): GPUTexture {
    const wanted = textureSize(size);
    const texture = this.#textures[index];
    if (texture && bytesOf(texture) >= wanted) return texture;
    if (texture) this.#memory.discount(bytesOf(texture), this.#kept);
    return this.#make(index, wanted);
  }

  #make(index: number, bytes: number): GPUTexture {
    this.#memory.count(bytes, 'texels', this.#kept);
    const texture = this.#device.createTexture({
      label: 'texels',
      size: [WIDTH, bytes / BYTES_OF_ROW],
      format: TEXELS,
      usage: GPUTextureUsage.COPY_DST | GPUTextureUsage.STORAGE_BINDING,
    });
    this.#textures[index] = texture;
    return texture;
  }

  /** Give the textures back to the driver. Queued work that uses them must have been submitted. */
  dispose(): void {
    for (const texture of this.#textures.splice(0)) {
      this.#memory.discount(bytesOf(texture), this.#kept);
      texture.destroy();
    }
  }
}

const bytesOf = ({ height }: GPUTexture): number => height * BYTES_OF_ROW;

/** Copy a buffer to its texture: whole rows, then what is left. What has no room there is nothing that a launch reads. */
export function encodeCopy(encoder: GPUCommandEncoder, { from, to }: TexelCopy): void {
  const { buffer, offset } = from;
  const texels = Math.floor(Math.min(from.size, bytesOf(to)) / BYTES_OF_ONE);
  const rows = Math.floor(texels / WIDTH);
  if (rows > 0) {
    const source = { buffer, offset, bytesPerRow: BYTES_OF_ROW };
    encoder.copyBufferToTexture(source, { texture: to }, [WIDTH, rows]);
  }
  const rest = texels - rows * WIDTH;
  if (rest > 0) {
    const source = { buffer, offset: offset + rows * BYTES_OF_ROW };
    encoder.copyBufferToTexture(source, { texture: to, origin: { y: rows } }, [rest, 1]);
  }
}
