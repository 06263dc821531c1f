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

const BYTES_OF_ONE = 16;

/** So many numbers fit the largest texture that WebGPU promises. */
export const MOST_NUMBERS = 4 * WIDTH * 8192;

/** A copy to be made before a launch. */
export interface TexelCopy {
  readonly from: Memory;
  readonly to: GPUTexture;
}

/**
 * The textures of a device. A launch's first operand of texels has one for itself, its second another; all launches share them, since
 * each fills them anew just before it runs.
 */
export class Texels {
  readonly #device: GPUDevice;
  readonly #textures: GPUTexture[] = [];

  constructor(device: GPUDevice) {
    this.#device = device;
  }

  /** A texture for a launch's operand of this index, with room for that memory. One that is too small is left to who has it. */
  textureFor(index: number, { size }: Memory): GPUTexture {
    const rows = Math.ceil(size / BYTES_OF_ONE / WIDTH);
    let texture = this.#textures[index];
    if (!texture || texture.height < rows) {
      texture = this.#device.createTexture({
        label: 'texels',
        size: [WIDTH, rows],
        format: TEXELS,
        usage: GPUTextureUsage.COPY_DST | GPUTextureUsage.STORAGE_BINDING,
      });
      this.#textures[index] = texture;
    }
    return texture;
  }
}

/** Copy a buffer to its texture: whole rows, then what is left. */
export function encodeCopy(encoder: GPUCommandEncoder, { from, to }: TexelCopy): void {
  const { buffer, offset, size } = from;
  const texels = Math.floor(size / BYTES_OF_ONE);
  const rows = Math.floor(texels / WIDTH);
  const bytesPerRow = WIDTH * BYTES_OF_ONE;
  if (rows > 0) encoder.copyBufferToTexture({ buffer, offset, bytesPerRow }, { texture: to }, [WIDTH, rows]);
  const rest = texels - rows * WIDTH;
  if (rest > 0) {
    const origin = { y: rows };
    encoder.copyBufferToTexture({ buffer, offset: offset + rows * bytesPerRow }, { texture: to, origin }, [
      rest,
      1,
    ]);
  }
}
