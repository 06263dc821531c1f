/** An op's way back, held to what the op said of it. */
import { DawngradError, ShapeError } from '../errors/errors.js';
import { show } from '../errors/show.js';
import { formatShape, sameShape } from '../tensor/shape.js';
import { Tensor } from '../tensor/tensor.js';

/**
 * The backward pass of an op: from the gradient of its output to those of its inputs, `null` for an input that needs none. What
 * it is handed is disposed of afterwards; returning that itself, for an op that passes it on unchanged, is fine, and so is
 * overwriting it where no other tensor shares its memory. All else that it returns belongs to the tape from then on.
 */
export type Backward = (outputGradient: Tensor) => readonly (Tensor | null)[];

/** What an op did. */
interface Done {
  readonly op: string;
  readonly inputs: readonly Tensor[];
  readonly output: Tensor;
  /** Those of them whose values the backward pass said it reads. */
  readonly reads: readonly Tensor[];
}

/**
 * Run an op's own backward pass. The values of tensors that it did not say it reads are withheld from it: in a net they may have
 * been given back, or overwritten, before it comes to that.
 * @throws DawngradError when it uses one of those, or returns anything but a gradient, or null, for each input
 */
export function gradientsFrom(
  { op, inputs, output, reads }: Done,
  backward: Backward,
  outputGradient: Tensor,
): ReturnType<Backward> {
  const withheld = [...inputs, output].filter((tensor) => !reads.includes(tensor));
  for (const tensor of withheld) {
    const what = tensor === output ? 'its output' : `input ${inputs.indexOf(tensor)}`;
    tensor.withheld = () =>
      `${op}: its backward pass uses the values of ${what}, a tensor ${formatShape(tensor.shape)}, which ` +
      '`reads` does not name; add it there, or leave `reads` out to keep the output and all inputs';
  }
  try {
    const back = backward(outputGradient);
    checkGradients(op, inputs, back);
    return back;
  } finally {
    for (const tensor of withheld) tensor.withheld = undefined;
  }
}

/** Refuse what cannot be the gradients of an op's inputs. */
function checkGradients(op: string, inputs: readonly Tensor[], back: ReturnType<Backward>): void {
  const isGradient = (value: unknown) => value === null || value instanceof Tensor;
  if (!Array.isArray(back) || back.length < inputs.length || !back.every(isGradient)) {
    throw new DawngradError(
      `${op}: its backward pass returned ${show(back)}; it must return an array, with a gradient or null for each ` +
        `of its inputs, ${inputs.length} in all`,
    );
  }
  const wrong = back.findIndex(
    (given, index) => given && !(inputs[index] && sameShape(given.shape, inputs[index].shape)),
  );
  if (wrong < 0) return;
  throw new ShapeError(
    op,
    `its backward pass returned a gradient ${formatShape(back[wrong]!.shape)} for ` +
      `input ${wrong}${inputs[wrong] ? `, which is ${formatShape(inputs[wrong]!.shape)}` : ', which there is not'}`,
  );
}
