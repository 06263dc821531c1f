/**
 * Memory on the device, as its users hold it. Where it is may be decided later than who gets it: while a `Program` is
 * recorded nothing has a buffer yet, because a plan of all lifetimes packs better than deciding one by one.
 */
export interface Memory {
  /** @throws DawngradError while it has no place */
  readonly buffer: GPUBuffer;
  /** Where in the buffer it begins, in bytes: a multiple of 256, as bindings must. */
  readonly offset: number;
  /** Bytes from there that can be bound: all that was asked for, or a little more. */
  readonly size: number;
  /** Was it given back? It may be somebody else's by now. Undefined where nobody gives it back. */
  readonly released?: boolean;
}

/** WebGPU binds buffers at multiples of this many bytes. */
export const ALIGNMENT = 256;

/** The bytes after which the next memory may begin, behind memory of `bytes` bytes. */
export const aligned = (bytes: number): number => Math.max(1, Math.ceil(bytes / ALIGNMENT)) * ALIGNMENT;

/** Memory with an owner, who says when he is done with it. */
export interface OwnedMemory extends Memory {
  /** Give it back: whoever comes next may be given the same place. */
  release(): void;
}
