/** A ladder: several ways to do one piece of work, from the plainest to the fastest, each with the one idea that it adds. */
import type { Device } from '../../gpu/device.js';
import type { MadeFor } from '../../kernels/products/ladder/ideas.js';
import type { Tensor } from '../../tensor/tensor.js';

/** One way to do it. */
export interface Step {
  readonly name: string;
  /** What it does that the step it improves on does not, in one sentence. */
  readonly idea: string;
  /** The step that it improves on (default: the one before it). */
  readonly after?: string;
  readonly madeFor: MadeFor;
  /** Do it on a ladder's inputs; the result, which is the same as every other step's. */
  readonly work: () => Tensor;
  /** Why this device cannot take it, if so. */
  readonly refused?: string | undefined;
}

/** The work and its steps, on a device. */
export interface Ladder {
  /** What a person calls it by: `matmul`. */
  readonly name: string;
  /** What is computed, of which sizes. */
  readonly work: string;
  /** Floating-point operations that the work takes, however it is done. */
  readonly flops: number;
  /** Bytes that must move, if every element of what it is given and of its result moves once. */
  readonly bytes: number;
  /** How far apart two results may be: another order of additions rounds otherwise. */
  readonly limit: number;
  readonly steps: readonly Step[];
}

/** Makes a ladder's inputs on a device, of a size that suits it, and says what can be done with them. */
export type MakeLadder = (device: Device) => Ladder;
