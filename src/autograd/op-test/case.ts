/** What `opTest` is told of an op, and what that says its gradients are. */
import type { Shape } from '../../tensor/shape.js';
import type { Tensor } from '../../tensor/tensor.js';

/** A dense row-major array in double precision. */
export interface Values {
  readonly shape: Shape;
  readonly data: Float64Array;
}

/** Operands of an op, and what must come out. */
export interface OpCase {
  /** For errors (default: its number). */
  readonly name?: string;
  /** They are left as they are. The gradient is tested at those of type f32. */
  readonly inputs: readonly Tensor[];
  /** The op in double precision: its specification, and the plainer the better. NaN must come out where it does of the op. */
  readonly reference: (...inputs: Values[]) => Values;
  /**
   * From the gradient of the output and the inputs, the gradient of each input; of those that are no floats, anything. Left out,
   * it is what finite differences of `reference` say, so give it for inputs at which the op has a kink, as a maximum of equals.
   */
  readonly gradients?: (outputGradient: Values, ...inputs: Values[]) => readonly Values[];
}

/** The gradients that a case expects of the op, one for each input. */
export function expectedGradients(
  { inputs, reference, gradients }: OpCase,
  outputGradient: Values,
  values: readonly Values[],
): readonly Values[] {
  if (gradients) return gradients(outputGradient, ...values);
  const weighted = (at: readonly Values[]) =>
    reference(...at).data.reduce((sum, value, j) => sum + value * (outputGradient.data[j] as number), 0);
  return values.map((value, which) =>
    inputs[which]?.dtype === 'f32' ? centralDifferences(weighted, values, which) : value,
  );
}

/** About the cube root of double precision's rounding error, where the quotient is right to about ten digits. */
const STEP = 1e-5;

/** (f(x + h) - f(x - h)) / 2h along each element of one of the arguments. */
function centralDifferences(
  f: (values: readonly Values[]) => number,
  values: readonly Values[],
  which: number,
): Values {
  const { shape, data } = values[which] as Values;
  const at = (element: number, value: number) =>
    f(values.with(which, { shape, data: data.with(element, value) }));
  return { shape, data: data.map((x, i) => (at(i, x + STEP) - at(i, x - STEP)) / (2 * STEP)) };
}
