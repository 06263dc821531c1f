import { DawngradError } from '../../errors/errors.js';
import { LimitError } from '../gpu-errors.js';
import type { Memory } from '../memory/memory.js';
import type { PipelineSource } from '../shaders/pipelines.js';
import type { CallStack } from './call-stack.js';
import type { Origin } from './origin.js';

/** What a launch must do at the least, to say how far from the device's limits it ran. */
export interface Cost {
  /** Floating-point operations; a fused multiply-add counts two. */
  readonly flops: number;
  /** Bytes that must be read or written if every element moved once. */
  readonly bytes: number;
}

/** A kernel launch as the floors above describe it. */
export interface Launch extends PipelineSource {
  /** Where the operands are, one for each entry of `access`. */
  readonly operands: readonly Memory[];
  /** What the shader calls them: for people and profiles. Empty where it does not touch the one that stands in. */
  readonly bindings?: readonly string[];
  /** Whose memory that is. They are held on to while this may still run, so that the garbage collector takes none. */
  readonly owners?: readonly object[];
  /** The uniform block, as the shader's `struct Params` lays it out. */
  readonly params: ArrayBuffer;
  /** What is in it, by name: for people and profiles. */
  readonly values?: Readonly<Record<string, number>>;
  readonly cost?: Cost;
  /** Where in the net it comes from, if somebody traced the recording. */
  readonly origin?: Origin;
  /** And from where in the program's text. */
  readonly calls?: CallStack;
  /** Workgroups along x, y and z. */
  readonly grid: readonly [number, number, number];
}

/**
 * Refuse what WebGPU would refuse, in words of this engine.
 * @throws LimitError, DawngradError
 */
export function checkLaunch({ label, grid, operands, access }: Launch, limits: GPUSupportedLimits): void {
  const most = limits.maxComputeWorkgroupsPerDimension;
  if (grid.some((count) => count > most)) {
    throw new LimitError(
      label,
      `a grid of ${grid.join(' x ')} workgroups exceeds this device's ${most} a dimension`,
    );
  }
  const shared = (memory: Memory) => operands.indexOf(memory) !== operands.lastIndexOf(memory);
  if (operands.some((memory, index) => access[index] === 'write' && shared(memory))) {
    throw new DawngradError(
      `${label}: writes to memory that it was also given as another operand; give it tensors that share none`,
    );
  }
}
