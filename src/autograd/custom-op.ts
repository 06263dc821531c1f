/** Ops that a user makes of other ops, with a gradient of their own. */
import { checkArgument, checkOptions, type Rules } from '../errors/check-options.js';
import { list, required, synchronous, text } from '../errors/rules.js';
import { tensorOf } from '../tensor/check.js';
import type { Tensor } from '../tensor/tensor.js';
import { tidy } from '../tensor/tidy.js';
import { noGrad, putOnTape } from './tape.js';

/** What a custom op was given, and what it made of that. */
export interface CustomOpValues {
  readonly inputs: readonly Tensor[];
  readonly output: Tensor;
}

/** An op, both ways. Neither is put on the tape, and what it makes on its way is disposed of. */
export interface CustomOp {
  /** For errors and profiles. */
  readonly name: string;
  /** The output, of the inputs. */
  readonly forward: (...inputs: Tensor[]) => Tensor;
  /** From the gradient of the output, a gradient or null for each input. */
  readonly backward: (outputGradient: Tensor, values: CustomOpValues) => readonly (Tensor | null)[];
  /** Which of the values `backward` uses (default: all). The memory of others is free for other use meanwhile. */
  readonly reads?: (values: CustomOpValues) => readonly Tensor[];
}

/** What its parts must be. */
const PARTS: Rules<CustomOp> = {
  name: required(text),
  forward: required(synchronous),
  backward: required(synchronous),
  reads: synchronous,
};

/**
 * An op made of other ops, whose gradient is `backward` rather than what the tape would find: where that is less work, or more
 * exact, or on purpose another one. As PyTorch's `torch.autograd.Function`.
 *
 *     const square = dg.customOp({
 *       name: 'square',
 *       forward: (x) => x.multiply(x),
 *       backward: (dy, { inputs: [x] }) => [dy.multiply(x).scale(2)],
 *       reads: ({ inputs }) => inputs,
 *     });
 *     const y = square(x);
 *
 * With kernels of your own it works too: see `defineKernel`.
 * @returns the op, to be called with its inputs, one at least
 * @throws ArgumentError when a part is missing or something else; so does the op, for inputs that are no tensors, or another result
 */
export function customOp(op: CustomOp): (...inputs: Tensor[]) => Tensor {
  checkOptions('customOp', op, PARTS);
  const { name, forward, backward, reads } = op;
  return (...inputs) => {
    inputs.forEach((input, index) => {
      checkArgument(name, `input ${index}`, input, tensorOf());
    });
    const [first] = inputs;
    checkArgument(name, 'input 0', first, tensorOf());
    const { device } = first as Tensor;
    const output = tidy(device, () => {
      const result = noGrad(() => forward(...inputs));
      checkArgument(name, 'what forward returns', result, tensorOf());
      // An op's output is never one of its inputs.
      return inputs.includes(result) ? result.view(result.shape) : result;
    });
    const values = { inputs, output };
    const read = reads?.(values);
    if (read !== undefined) checkArgument(name, 'what reads returns', read, list(tensorOf()));
    return putOnTape(name, output, inputs, (dy) => tidy(device, () => backward(dy, values)), {
      ...(read && { reads: read }),
    });
  };
}
