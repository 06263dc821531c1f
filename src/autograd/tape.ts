/**
 * Reverse-mode differentiation. Each op puts on the tape what it did: its output, its inputs, and how to get from the gradient
 * of the output to those of the inputs (`putOnTape`). `backward` walks the tape from its end to its beginning.
 */
import { checkArgument, checkOptions, type Rules } from '../errors/check-options.js';
import { ArgumentError, DawngradError, ShapeError } from '../errors/errors.js';
import { boolean, list, synchronous, text } from '../errors/rules.js';
import { goBack, type Origin, opDone, wentBack } from '../gpu/program/origin.js';
import { checkFloats } from '../kernels/check.js';
import { cast } from '../kernels/elementwise/cast.js';
import { addAndDispose, unshared } from '../kernels/elementwise/elementwise.js';
import { reluGradient } from '../kernels/elementwise/relu.js';
import { filled } from '../kernels/fill.js';
import { checkTensor, tensorOf } from '../tensor/check.js';
import { formatShape, sameShape } from '../tensor/shape.js';
import type { TapeNode, Tensor } from '../tensor/tensor.js';
import { keep } from '../tensor/tidy.js';
import { type Backward, gradientsFrom } from './backward-pass.js';

/**
 * The backward pass of a ReLU, dx = dy where y > 0 or NaN, else 0: its output is a mask of its gradient. The tape applies it,
 * unless whoever computed dy has done so (`maskOf`). An op that does anything else on its way back, as a leaky ReLU, passes a
 * function.
 */
export const MASK = Symbol('mask');

/** What the tape must know of an op besides. */
export interface TapeOptions {
  /** Tensors that the op made for its backward pass only: they are disposed of after it. */
  readonly saved?: readonly Tensor[];
  /** Those of its inputs and its output whose values the backward pass reads (default: all; for `MASK`, the output). */
  readonly reads?: readonly Tensor[];
  /** The input whose gradient the backward pass returns with the input's mask applied, if it has one: see `maskOf`. */
  readonly appliesMaskOf?: Tensor;
}

/** An entry of the tape: which op made a tensor, from what, and how to go back. */
class Node implements TapeNode {
  static #count = 0;
  /** Inputs are put on the tape before outputs: whoever walks down these numbers meets every consumer of a tensor first. */
  readonly place = Node.#count++;
  /** Does nobody but the tape need the output? See `relinquish`. */
  relinquished = false;
  /** The version of each of these that the op had read. */
  readonly #versions: readonly number[];

  constructor(
    readonly op: string,
    readonly output: Tensor,
    readonly inputs: readonly Tensor[],
    readonly backward: Backward | typeof MASK,
    readonly options: TapeOptions,
    /** What the backward pass reads. */
    readonly reads: readonly Tensor[],
    /** Where its backward pass comes from, while somebody traces. */
    readonly origin: Origin | undefined,
  ) {
    this.#versions = reads.map(({ version }) => version);
  }

  /**
   * Refuse to go back with other values than those that the op had.
   * @throws DawngradError
   */
  checkUnwritten(): void {
    const at = this.reads.findIndex(
      (read, index) => !read.disposed && read.version !== this.#versions[index],
    );
    if (at < 0) return;
    throw new DawngradError(
      `backward: a tensor ${formatShape(this.reads[at]!.shape)} that ${this.op} needs for its gradient was written to after ` +
        `${this.op} had used it; write to it (or take the optimizer's step) after backward, or run ${this.op} again`,
    );
  }
}

/** In place of the node of a tensor that was walked past: the tensor is no leaf, and has no way back any more. */
const WALKED: TapeNode = { op: 'walked', inputs: [] };

let gradEnabled = true;

/**
 * Run `work`, putting nothing on the tape: for evaluation, and for updates of parameters. Returns what it returns.
 * @throws ArgumentError when `work` is async: what comes after its first `await` would be put on the tape
 */
export function noGrad<T>(work: () => T): T {
  checkArgument('noGrad', 'work', work, synchronous);
  const before = gradEnabled;
  gradEnabled = false;
  try {
    return work();
  } finally {
    gradEnabled = before;
  }
}

/** Would an op on these inputs be put on the tape now? Ops ask before they compute what only the backward pass reads. */
export const needsGradient = (inputs: readonly Tensor[]): boolean =>
  gradEnabled && inputs.some((input) => input.requiresGrad);

/** Those of the two factors of a product that its backward pass reads: each only for the gradient of the other. */
export const factorsOf = (a: Tensor, b: Tensor): Tensor[] => [
  ...(b.requiresGrad ? [a] : []),
  ...(a.requiresGrad ? [b] : []),
];

/** What these must be. */
const TAPE_OPTIONS: Rules<TapeOptions> = {
  saved: list(tensorOf()),
  reads: list(tensorOf()),
  appliesMaskOf: tensorOf(),
};

/**
 * Put an op on the tape, unless no input needs a gradient. All of our ops end so, and an op with a kernel of your own may:
 *
 *     return dg.putOnTape('swish', y, [x], (dy) => [swishGradient(x, dy)], { reads: [x] });
 *
 * @param output what the op made of the inputs, in memory of its own
 * @returns the output
 * @throws ArgumentError when a part is missing or something else, or the output is an input
 */
export function putOnTape(
  op: string,
  output: Tensor,
  inputs: readonly Tensor[],
  backward: Backward | typeof MASK,
  options: TapeOptions = {},
): Tensor {
  checkArgument('putOnTape', 'op', op, text);
  checkArgument(op, 'output', output, tensorOf());
  checkArgument(op, 'inputs', inputs, list(tensorOf()));
  if (backward !== MASK) checkArgument(op, 'backward', backward, synchronous);
  checkOptions(op, options, TAPE_OPTIONS);
  if (inputs.includes(output)) {
    throw new ArgumentError(op, 'output', 'is one of its inputs', 'return a new tensor, or a view of it');
  }
  const origin = opDone(op);
  if (needsGradient(inputs)) {
    const { reads = backward === MASK ? [output] : [...inputs, output] } = options;
    for (const tensor of reads) tensor.savedForBackward = true;
    output.requiresGrad = true;
    output.node = new Node(op, output, inputs, backward, options, reads, origin);
  }
  return output;
}

/**
 * The mask of a tensor's gradient: the tensor itself if a ReLU on the tape made it, else undefined. An op that can write zeros
 * where its input is 0 or below asks for it before it goes on the tape, and says `appliesMaskOf`: that saves the ReLU's pass.
 */
export function maskOf(tensor: Tensor): Tensor | undefined {
  checkTensor('maskOf', 'tensor', tensor);
  return tensor.node instanceof Node && tensor.node.backward === MASK ? tensor : undefined;
}

/**
 * Say that nobody but the tape needs a tensor any more: it is disposed of as soon as the backward pass is done with it, or at
 * once if that does not read it. What is read but not on the tape itself, as the output of a dropout on the images, is left to
 * `tidy`, as everything is without this.
 */
export function relinquish(tensor: Tensor): void {
  if (tensor.node === WALKED || !tensor.savedForBackward) tensor.dispose();
  else if (tensor.node instanceof Node) tensor.node.relinquished = true;
}

/** Where `backward` starts, and what it leaves. */
export interface BackwardOptions {
  /** The gradient of the final result with respect to this tensor, of its shape (default: 1, for a scalar). */
  gradient?: Tensor;
  /** Keep the tape, to go back over it again (default false). */
  retainGraph?: boolean;
}

/** What these must be. */
const OPTIONS: Rules<BackwardOptions> = { gradient: tensorOf(), retainGraph: boolean };

/**
 * Add the gradient of `root` at each leaf (parameter) that it depends on to the leaf's `grad`: walk the tape from `root` down,
 * hand each op the gradient of its output, and add up what comes back for each of its inputs.
 * @throws DawngradError if `root` depends on nothing that requires a gradient, or its tape was walked already, or a tensor was
 *   written to that an op needs as it was; nothing is left in any `grad` then
 * @throws ShapeError if `gradient` is missing for a `root` of several elements, or has another shape
 * @throws ArgumentError if `gradient` is of integers
 */
export function backward(root: Tensor, options: BackwardOptions = {}): void {
  checkTensor('backward', 'root', root);
  checkOptions('backward', options, OPTIONS);
  const { gradient, retainGraph = false } = options;
  checkRoot(root, gradient);
  const tape = tapeOf(root);
  for (const node of tape) node.checkUnwritten();
  goBack(undefined);
  // A view, so that what belongs to the caller is treated like everything else, yet never disposed of.
  const first = gradient ? asTypeOf(root, gradient, true) : filled(root.device, root.shape, 1, root.dtype);
  const gradients: Gradients = new Map([[root, { sum: first, masked: false }]]);
  noGrad(() => {
    for (const node of tape) {
      // The tensor goes off the tape, and with it everything that its backward pass had kept.
      if (!retainGraph) node.output.node = WALKED;
      goBack(node.origin);
      const released = !retainGraph && node.relinquished ? node.output : undefined;
      // Those that were made of it have gone back.
      if (released && !node.reads.includes(released)) released.dispose();
      stepBack(node, gradients);
      if (retainGraph) continue;
      for (const saved of node.options.saved ?? []) saved.dispose();
      released?.dispose();
    }
    goBack(undefined);
    for (const [leaf, { sum }] of gradients) {
      // A gradient that was passed on unchanged shares its memory; writing to the leaf's must not change another's.
      leaf.grad = keep(leaf.grad ? addAndDispose(leaf.grad, sum) : unshared(sum));
      sum.dispose();
    }
  });
  wentBack();
}

type GradientWatch = (output: Tensor, gradient: Tensor) => void;
let watch: GradientWatch | undefined;

/**
 * Run `work`, and tell `seen` the gradient of each op's output that a backward pass comes to, before the op goes back. Where the op
 * is a ReLU, its mask may have been applied to that already: see `maskOf`.
 */
export function watchingGradients<T>(seen: GradientWatch, work: () => T): T {
  const before = watch;
  watch = seen;
  try {
    return work();
  } finally {
    watch = before;
  }
}

/** The sum of what came back for each tensor so far; `masked` if that is one gradient, with the tensor's mask applied. */
type Gradients = Map<Tensor, { sum: Tensor; masked: boolean }>;

/** Take the gradient of one op's output out of `gradients`, and add those of its inputs to them. */
function stepBack(node: Node, gradients: Gradients): void {
  const { output, inputs, backward, options } = node;
  const { sum, masked } = gradients.get(output) ?? {};
  if (!sum) return; // every op that used the output returned null for it
  gradients.delete(output);
  watch?.(output, sum);
  const back =
    backward !== MASK ? gradientsFrom(node, backward, sum) : [masked ? sum : reluGradient(output, sum)];
  inputs.forEach((input, index) => {
    const given = back[index];
    if (!given) return;
    const more = asTypeOf(input, given, given === sum);
    const before = gradients.get(input);
    if (!input.requiresGrad) more.dispose();
    else if (before) gradients.set(input, { sum: addAndDispose(before.sum, more), masked: false });
    else gradients.set(input, { sum: more, masked: input === options.appliesMaskOf });
  });
  sum.dispose();
}

/**
 * A gradient in the type of the tensor that it is the gradient of; disposes of what it is given unless that is `kept`, as the
 * gradient of an output is, which goes when the step is done: what is passed on unchanged gets a view of its own.
 */
function asTypeOf({ dtype }: Tensor, gradient: Tensor, kept: boolean): Tensor {
  if (gradient.dtype === dtype || dtype === 'u32') return kept ? gradient.view(gradient.shape) : gradient;
  const converted = cast(gradient, dtype);
  if (!kept) gradient.dispose();
  return converted;
}

/** Every entry of the tape that `root` depends on, latest first. */
function tapeOf(root: Tensor): Node[] {
  const nodes = new Set<Node>();
  const stack = [root];
  for (let tensor = stack.pop(); tensor; tensor = stack.pop()) {
    const { node } = tensor;
    if (node === undefined || !tensor.requiresGrad) continue;
    if (!(node instanceof Node)) {
      throw new DawngradError(
        `backward: the tape of a tensor ${formatShape(tensor.shape)} was already walked; ` +
          'pass retainGraph: true to the backward before this one to walk it twice',
      );
    }
    if (!nodes.has(node)) stack.push(...node.inputs);
    nodes.add(node);
  }
  return [...nodes].sort((a, b) => b.place - a.place);
}

/** Refuse what `backward` cannot start from. */
function checkRoot(root: Tensor, gradient?: Tensor): void {
  const shape = formatShape(root.shape);
  if (!root.requiresGrad) {
    throw new DawngradError(`backward: tensor ${shape} does not depend on anything that requires a gradient`);
  }
  if (!gradient && root.size !== 1) {
    throw new ShapeError('backward', `${shape} is not a scalar; pass { gradient } of that shape`);
  }
  if (gradient && !sameShape(gradient.shape, root.shape)) {
    throw new ShapeError('backward', `gradient ${formatShape(gradient.shape)} for a tensor ${shape}`);
  }
  if (gradient) checkFloats('backward', 'gradient', gradient);
}
