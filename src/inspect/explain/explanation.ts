/** What is said about a recorded program. All of it is plain data, as its JSON has it. */
import type { Direction } from '../../gpu/program/origin.js';
import type { Access } from '../../gpu/shaders/pipelines.js';
import type { Constants } from '../../gpu/shaders/shader.js';
import type { ChoiceReason } from '../../kernels/products/choice/choose-variant.js';
import type { Shape } from '../../tensor/shape.js';
import type { FusedPass } from './fusion.js';

/** A tensor that a launch reads or writes. */
export interface ExplainedOperand {
  /** What the shader calls it. */
  readonly binding: string;
  readonly access: Access;
  /** Which parameter or buffer of the model it is, or the gradient of which: `block1.conv.weight`, `block1.conv.weight.grad`. */
  readonly parameter?: string;
  readonly dtype: string;
  readonly shape: Shape;
}

/** Which variant computes a product, and why. */
export interface ExplainedProduct {
  /** What tables of measurements call the product. */
  readonly key: string;
  readonly variant: string;
  /** `'named'`: whoever asked for the product named the variant. */
  readonly why: ChoiceReason | 'named';
  /** Where the rule stands that decided, if one did that comes with the engine. */
  readonly place?: string;
  /** What was preferred, and this device cannot take for this product. */
  readonly refused: readonly string[];
  /** Into how many parts its sum is cut, which another launch adds up; left out where it is not. */
  readonly parts?: number;
}

/** A launch of the program. */
export interface ExplainedLaunch {
  /** Its place in the program, from 1. */
  readonly number: number;
  /** Path of the layer that it belongs to; empty outside of all. */
  readonly layer: string;
  /** As the tape calls it; of what is not on the tape, the kernel's family. */
  readonly op: string;
  readonly direction: Direction;
  /** The lines that led to it, the call of its op first: `src/nn/layers/conv2d.ts:71`. Empty where nobody traced. */
  readonly calls: readonly string[];
  readonly kernel: string;
  /** File under `shaders/`. */
  readonly shader: string;
  readonly entryPoint: string;
  readonly constants: Constants;
  /** The uniform block, by name. */
  readonly values: Readonly<Record<string, number>>;
  readonly product?: ExplainedProduct;
  readonly operands: readonly ExplainedOperand[];
  /** Passes that it does on the way, which would else be launches of their own. */
  readonly fused: readonly FusedPass[];
  /** Workgroups along x, y and z. */
  readonly grid: readonly [number, number, number];
  /** Floating-point operations; a multiply-add counts two. */
  readonly flops: number;
  /** Bytes that must be moved if every element moved once. */
  readonly bytes: number;
  /** What it takes, where that was measured: the median of its samples. */
  readonly milliseconds?: number;
  /** What it takes at least, by the device's limits, where those were measured too. */
  readonly leastMilliseconds?: number;
}

/** Several launches together. */
export interface LaunchSum {
  /** Path of the layer, or the kernel with its variant. */
  readonly of: string;
  readonly launches: number;
  readonly flops: number;
  readonly bytes: number;
  readonly milliseconds?: number;
  readonly leastMilliseconds?: number;
  /** What fusion spares: launches, and bytes that they would move. */
  readonly spared: { readonly launches: number; readonly bytes: number };
}

/** A tensor in the program's memory. */
export interface ExplainedMemory {
  readonly label: string;
  readonly bytes: number;
  /** Numbers of the first launch that needs it, and of the last; `null` where it outlives the run. */
  readonly from: number;
  readonly until: number | null;
  /** Number of the launch that first writes to it; `null` if none does. */
  readonly writtenBy: number | null;
  /** Which of the program's buffers it lies in, and how many bytes from its beginning; `null` where no launch needs it. */
  readonly place: { readonly buffer: number; readonly offset: number } | null;
}

export interface Explanation {
  readonly launches: readonly ExplainedLaunch[];
  readonly total: Omit<LaunchSum, 'of'>;
  /** The dearest first. */
  readonly layers: readonly LaunchSum[];
  readonly kernels: readonly LaunchSum[];
  readonly memory: {
    /** Bytes that the program holds: those of each of its buffers, and of textures that operands are copied to. */
    readonly bytes: number;
    readonly buffers: readonly number[];
    readonly textures: readonly number[];
    /** Where most is in use: number of that launch, bytes, and indices into `tensors`, the largest first. */
    readonly peak: { readonly launch: number; readonly bytes: number; readonly tensors: readonly number[] };
    readonly tensors: readonly ExplainedMemory[];
  };
}
