/** Where in a net, and in a step, a launch comes from. Noted only while somebody traces a recording: training makes none of this. */
import { type CallStack, callStack } from './call-stack.js';

/** What a launch is for. */
export interface Origin {
  /** Path of the innermost module that launched it, or whose backward pass did: `block1.conv`; empty outside of all. */
  readonly layer: string;
  /** The op, as the tape calls it; empty where nothing was put on the tape after it. */
  op: string;
  /** The pass: what comes after the backward pass updates. */
  readonly direction: Direction;
  /** Where in the program's text the op was called whose backward pass it is. */
  readonly calls?: CallStack;
}
export type Direction = 'forward' | 'backward' | 'update';

/** Where what is launched now comes from, while somebody traces. */
let now: Origin | undefined;

/** The origin of what is launched now; undefined while nobody traces. */
export const currentOrigin = (): Origin | undefined => now;

const outside = (direction: Direction): Origin => ({ layer: '', op: '', direction });

/** Note origins while `work` is recorded, from a forward pass outside of all layers on. */
export function tracing<T>(work: () => T): T {
  now = outside('forward');
  try {
    return work();
  } finally {
    now = undefined;
  }
}

/** What `work` launches comes from this layer, but for what comes from one within it. */
export function within<T>(layer: string, work: () => T): T {
  const before = now;
  if (!before) return work();
  now = { layer, op: '', direction: before.direction };
  try {
    return work();
  } finally {
    now = { ...before, op: '' };
  }
}

/** An op was done: what was launched since the one before is its. Returns where its backward pass will come from. */
export function opDone(op: string): Origin | undefined {
  if (!now) return undefined;
  const { layer, direction } = now;
  // What a backward pass uses to compute gradients is of the op whose gradients they are.
  if (direction !== 'backward') {
    now.op = op;
    now = { layer, op: '', direction };
  }
  return { layer, op, direction: 'backward', calls: callStack(opDone) };
}

/** The backward pass of an op begins; `undefined` is one that was put on the tape while nobody traced. */
export function goBack(origin: Origin | undefined): void {
  if (now) now = origin ?? outside('backward');
}

/** The backward pass is over. */
export function wentBack(): void {
  if (now) now = outside('update');
}
