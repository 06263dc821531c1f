import { DawngradError, ShapeError } from '../errors/errors.js';
import { checkDType } from '../kernels/check.js';
import { accumulated, expanded } from '../kernels/elementwise.js';
import { filled } from '../kernels/fill.js';
import { formatShape, sameShape } from '../tensor/shape.js';
import type { Tensor } from '../tensor/tensor.js';
import { keep } from '../tensor/tidy.js';

/**
 * From the gradient of an op's output to those of its inputs; `null` for an input that needs none. The gradient handed in is
 * disposed of afterwards; returning it itself, for an op that passes it on unchanged, is fine, and so is overwriting it where
 * no other tensor shares its memory. All else that is returned belongs to the tape from then on.
 */
export type Backward = (outputGradient: Tensor) => readonly (Tensor | null)[];

/** One entry of the tape: which op made a tensor, from what, and how to go back. */
interface Node {
  readonly op: string;
  /** Position on the tape. Inputs are recorded before outputs, so going down in order visits every consumer first. */
  readonly order: number;
  readonly inputs: readonly Tensor[];
  readonly backward: Backward;
  /** What only the backward pass needs, besides inputs and output: it goes with the entry. */
  readonly saved: readonly Tensor[];
  /** Does nobody but the tape need the output? See `relinquish`. */
  relinquished: boolean;
}

/** In place of the node of a tensor whose entry was walked and given up: it is no leaf, and has no way back any more. */
const WALKED = Symbol('walked');

let recorded = 0;
let recording = true;

const nodeOf = (tensor: Tensor): Node | typeof WALKED | undefined =>
  tensor.node as Node | typeof WALKED | undefined;

/** Run `work` without recording: for evaluation, and for updates of parameters. */
export function noGrad<T>(work: () => T): T {
  const before = recording;
  recording = false;
  try {
    return work();
  } finally {
    recording = before;
  }
}

/** Would an op on these inputs be recorded now? Ops ask before they compute what only the backward pass needs. */
export const isRecorded = (inputs: readonly Tensor[]): boolean =>
  recording && inputs.some((input) => input.requiresGrad);

/** What the backward pass of an op works with. */
export interface BackwardNeeds {
  /** Tensors that the op made for its backward pass only. */
  readonly saved?: readonly Tensor[];
  /** Those of its inputs and its output whose values are read (default: all). */
  readonly reads?: readonly Tensor[];
}

/** Tensors whose values some backward pass reads. */
const read = new WeakSet<Tensor>();

/** Put an op on the tape, unless no input needs a gradient. Returns the output, for `return record(...)`. */
export function record(
  op: string,
  output: Tensor,
  inputs: readonly Tensor[],
  backward: Backward,
  { saved = [], reads = [...inputs, output] }: BackwardNeeds = {},
): Tensor {
  if (isRecorded(inputs)) {
    for (const tensor of reads) read.add(tensor);
    output.requiresGrad = true;
    output.node = { op, order: recorded++, inputs, backward, saved, relinquished: false } satisfies Node;
  }
  return output;
}

/**
 * Say that nobody but the tape needs a tensor any more: its memory is given back as soon as the backward pass is done with
 * it, or at once if that does not read it. Without this, `tidy` gives it back at its end.
 */
export function relinquish(tensor: Tensor): void {
  const node = nodeOf(tensor);
  if (node === WALKED || !read.has(tensor)) tensor.dispose();
  // What is read but has no entry to go with, as the output of a dropout on the images, is left to `tidy`.
  else if (node) node.relinquished = true;
}

export interface BackwardOptions {
  /** The gradient of the final result with respect to this tensor, of its shape; 1 for a scalar. */
  gradient?: Tensor;
  /** Keep the tape, to go back over it again. */
  retainGraph?: boolean;
}

/**
 * Reverse-mode differentiation: walk the tape from `root` down, in reverse order of recording, hand each op the gradient of
 * its output, and add what comes back to the gradients of its inputs. Leaves (parameters) receive theirs in `.grad`.
 */
export function backward(root: Tensor, { gradient, retainGraph = false }: BackwardOptions = {}): void {
  if (!root.requiresGrad) {
    throw new DawngradError(
      `backward: tensor ${formatShape(root.shape)} does not depend on anything that requires a gradient`,
    );
  }
  if (!gradient && root.size !== 1) {
    throw new ShapeError(
      `backward: ${formatShape(root.shape)} is not a scalar; pass { gradient } of that shape`,
    );
  }
  if (gradient && !sameShape(gradient.shape, root.shape)) {
    throw new ShapeError(
      `backward: gradient ${formatShape(gradient.shape)} for a tensor ${formatShape(root.shape)}`,
    );
  }
  if (gradient) checkDType('backward', 'gradient', gradient);

  const tape = tapeOf(root);
  // A view, so that what belongs to the caller is treated like everything else, yet never disposed of.
  const first = gradient?.view(gradient.shape) ?? filled(root.device, root.shape, 1);
  const gradients = new Map<Tensor, Tensor>([[root, first]]);
  const add = (tensor: Tensor, more: Tensor) => {
    const sum = gradients.get(tensor);
    gradients.set(tensor, sum ? accumulated(sum, more) : more);
  };
  noGrad(() => {
    for (const { tensor, node } of tape) {
      const outputGradient = gradients.get(tensor);
      gradients.delete(tensor);
      // The tensor goes off the tape, and with it everything that its backward pass had kept.
      if (!retainGraph) tensor.node = WALKED;
      // None, where every op that used the tensor returned null for it.
      if (!outputGradient) {
        if (!retainGraph) giveUp(tensor, node);
        continue;
      }
      node.backward(outputGradient).forEach((inputGradient, index) => {
        if (!inputGradient) return;
        const input = node.inputs[index] as Tensor;
        // What is passed on unchanged gets a view of its own, since the original goes below.
        const own =
          inputGradient === outputGradient ? inputGradient.view(inputGradient.shape) : inputGradient;
        if (input.requiresGrad) add(input, own);
        else own.dispose();
      });
      outputGradient.dispose();
      if (!retainGraph) giveUp(tensor, node);
    }
    for (const [leaf, sum] of gradients) {
      leaf.grad = keep(leaf.grad ? accumulated(leaf.grad, sum) : unshared(sum));
    }
  });
}

/** Inputs come after outputs, so whoever used the tensor has been walked before it, and is done with it. */
function giveUp(tensor: Tensor, { saved, relinquished }: Node): void {
  for (const kept of saved) kept.dispose();
  if (relinquished) tensor.dispose();
}

/** A gradient that was passed on unchanged shares its memory, and a leaf's must not: writing to it would change the other. */
function unshared(gradient: Tensor): Tensor {
  if (!gradient.shared) return gradient;
  const copy = expanded(gradient, gradient.shape);
  gradient.dispose();
  return copy;
}

/** Every recorded tensor that `root` depends on, with its node, latest first. */
function tapeOf(root: Tensor): { tensor: Tensor; node: Node }[] {
  const nodes = new Map<Tensor, Node>();
  const stack = [root];
  for (let tensor = stack.pop(); tensor; tensor = stack.pop()) {
    const node = nodeOf(tensor);
    if (!node || !tensor.requiresGrad || nodes.has(tensor)) continue;
    if (node === WALKED) {
      throw new DawngradError(
        `backward: the tape of a tensor ${formatShape(tensor.shape)} was already walked; ` +
          'pass retainGraph: true to the backward before this one to walk it twice',
      );
    }
    nodes.set(tensor, node);
    stack.push(...node.inputs);
  }
  return [...nodes].map(([tensor, node]) => ({ tensor, node })).sort((a, b) => b.node.order - a.node.order);
}
