import { DawngradError, ShapeError } from '../gpu/errors.js';
import { accumulated } from '../kernels/elementwise.js';
import { filled } from '../kernels/fill.js';
import { formatShape, sameShape } from '../tensor/shape.js';
import type { Tensor } from '../tensor/tensor.js';
import { keep } from '../tensor/tidy.js';

/**
 * From the gradient of an op's output to those of its inputs; `null` for an input that needs none. The gradient handed in is
 * disposed of afterwards; returning it itself, for an op that passes it on unchanged, is fine.
 */
export type Backward = (outputGradient: Tensor) => readonly (Tensor | null)[];

/** One entry of the tape: which op made a tensor, from what, and how to go back. */
interface Node {
  readonly op: string;
  /** Position on the tape. Inputs are recorded before outputs, so going down in order visits every consumer first. */
  readonly order: number;
  readonly inputs: readonly Tensor[];
  readonly backward: Backward;
}

let recorded = 0;
let recording = true;

const nodeOf = (tensor: Tensor): Node | undefined => tensor.node as Node | undefined;

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

/** Put an op on the tape, unless no input needs a gradient. Returns the output, for `return record(...)`. */
export function record(op: string, output: Tensor, inputs: readonly Tensor[], backward: Backward): Tensor {
  if (isRecorded(inputs)) {
    output.requiresGrad = true;
    output.node = { op, order: recorded++, inputs, backward } satisfies Node;
  }
  return output;
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
      `backward: tensor ${formatShape(root.shape)} does not depend on anything that requires a gradient, ` +
        'or its tape was already walked (pass retainGraph: true to walk it twice)',
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

  const gradients = new Map<Tensor, Tensor>([[root, gradient ?? filled(root.device, root.shape, 1)]]);
  const add = (tensor: Tensor, more: Tensor) => {
    const sum = gradients.get(tensor);
    gradients.set(tensor, sum ? accumulated(sum, more) : more);
  };
  noGrad(() => {
    for (const tensor of tapeOf(root)) {
      const { inputs, backward } = nodeOf(tensor) as Node;
      const outputGradient = gradients.get(tensor) as Tensor;
      gradients.delete(tensor);
      backward(outputGradient).forEach((inputGradient, index) => {
        const input = inputs[index] as Tensor;
        if (!inputGradient || !input.requiresGrad) return;
        // What is passed on unchanged gets a view of its own, since the original goes below.
        add(
          input,
          inputGradient === outputGradient ? inputGradient.view(inputGradient.shape) : inputGradient,
        );
      });
      if (outputGradient !== gradient) outputGradient.dispose();
      if (!retainGraph) forget(tensor);
    }
    for (const [leaf, sum] of gradients) {
      leaf.grad = keep(leaf.grad ? accumulated(leaf.grad, sum) : sum);
    }
  });
}

/** Take a tensor off the tape, and with it everything that its backward pass had kept. */
function forget(tensor: Tensor): void {
  tensor.node = undefined;
  tensor.requiresGrad = false;
}

/** Every recorded tensor that `root` depends on, latest first. */
function tapeOf(root: Tensor): Tensor[] {
  const seen = new Set<Tensor>();
  const stack = [root];
  for (let tensor = stack.pop(); tensor; tensor = stack.pop()) {
    const node = nodeOf(tensor);
    if (!node || seen.has(tensor)) continue;
    seen.add(tensor);
    stack.push(...node.inputs);
  }
  return [...seen].sort((a, b) => (nodeOf(b) as Node).order - (nodeOf(a) as Node).order);
}
