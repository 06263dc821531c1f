import { checkArgument, checkOptions, type Rules } from '../errors/check-options.js';
import { ArgumentError } from '../errors/errors.js';
import { list, number, seed as seedRule, synchronous, whole } from '../errors/rules.js';
import { tensorOf } from '../tensor/check.js';
import { uniformValues } from '../tensor/random.js';
import { formatShape } from '../tensor/shape.js';
import { Tensor } from '../tensor/tensor.js';
import { tidy } from '../tensor/tidy.js';
import { backward, noGrad } from './tape.js';

/** How `gradcheck` compares, and how much. */
export interface GradcheckOptions {
  /** How far each coordinate is moved, up and down (default 0.01). */
  epsilon?: number;
  /** A gradient may be off by `absolute + relative * |numeric|` (default 0.01). */
  relative?: number;
  /** See `relative` (default 0.001). */
  absolute?: number;
  /** The number of coordinates that are tried of each input, at most (default 32). */
  samples?: number;
  /** Seeds the choice of the weights, and of the coordinates that are tried (default 0). */
  seed?: number;
}

/** What these must be. */
const OPTIONS: Rules<GradcheckOptions> = {
  epsilon: number({ above: 0 }),
  relative: number({ atLeast: 0 }),
  absolute: number({ atLeast: 0 }),
  samples: whole(1),
  seed: seedRule,
};

/** One coordinate of one input, and the two derivatives by it. */
export interface GradcheckEntry {
  /** Which input, counted from 0. */
  readonly input: number;
  /** Which of its elements, in row-major order. */
  readonly element: number;
  /** What `backward` says. */
  readonly analytic: number;
  /** What the central difference says. */
  readonly numeric: number;
  /** |analytic - numeric| as a multiple of what is allowed. */
  readonly excess: number;
}

/** What `gradcheck` found. */
export interface GradcheckResult {
  /** Is every coordinate that was tried within what is allowed? */
  readonly passed: boolean;
  /** How many coordinates were tried. */
  readonly checked: number;
  /** The coordinate that is furthest off; undefined if none was tried. */
  readonly worst: GradcheckEntry | undefined;
  /** All of this in one line. */
  readonly message: string;
}

/**
 * Hold `backward` against finite differences, for an op or a whole model `f`:
 *
 *   d/dx_i sum_j w_j f(x)_j  =  (sum_j w_j f(x + e)_j - sum_j w_j f(x - e)_j) / 2e      for fixed random weights w
 *
 * f's values are single precision, so the quotient is good to about three digits; the sums are taken on the host in double
 * precision to lose no more. Choose inputs where f is smooth within epsilon: not at the corner of a ReLU. `f` must give the
 * same result each time. Inputs of type u32 (labels) are held fixed. Inputs are left as they were, gradients included.
 *
 *     const { passed, message } = await gradcheck((a, b) => matmul(a, b), [a, b]);
 *
 * @throws ArgumentError if there is no f32 input to differentiate by
 */
export async function gradcheck(
  f: (...inputs: Tensor[]) => Tensor,
  inputs: readonly Tensor[],
  options: GradcheckOptions = {},
): Promise<GradcheckResult> {
  checkArgument('gradcheck', 'f', f, synchronous);
  checkArgument('gradcheck', 'inputs', inputs, list(tensorOf()));
  checkOptions('gradcheck', options, OPTIONS);
  const { epsilon = 1e-2, relative = 1e-2, absolute = 1e-3, samples = 32, seed = 0 } = options;
  const differentiable = inputs.filter((input) => input.dtype === 'f32');
  if (differentiable.length === 0) throw new ArgumentError('gradcheck', 'no input', 'is of type f32');

  const { gradients, weights } = await analyticGradients(f, inputs, differentiable, seed);
  const weightedOutput = async (): Promise<number> => {
    // Through a view, since what `f` returns may be one of its inputs, which are not ours to dispose of.
    const output = tidy(inputs[0].device, () => noGrad(() => viewOf(f(...inputs))));
    const values = (await output.toArray()) as Float32Array;
    output.dispose();
    return values.reduce((total, value, j) => total + weights[j] * value, 0);
  };

  let checked = 0;
  let worst: GradcheckEntry | undefined;
  for (const [which, input] of differentiable.entries()) {
    const original = (await input.toArray()) as Float32Array;
    try {
      for (const element of sampled(input.size, samples, seed)) {
        const numeric = await centralDifference(input, original, element, epsilon, weightedOutput);
        const analytic = gradients[which][element];
        const error = Math.abs(analytic - numeric) / (absolute + relative * Math.abs(numeric));
        const excess = Number.isNaN(error) ? Number.POSITIVE_INFINITY : error;
        checked += 1;
        if (!worst || excess > worst.excess) {
          worst = { input: inputs.indexOf(input), element, analytic, numeric, excess };
        }
      }
    } finally {
      input.write(original);
    }
  }
  const passed = worst === undefined || worst.excess <= 1;
  return { passed, checked, worst, message: messageOf(passed, checked, worst, inputs) };
}

/** (value at x + e - value at x - e) / 2e along one element of `input`. */
async function centralDifference(
  input: Tensor,
  original: Float32Array,
  element: number,
  epsilon: number,
  value: () => Promise<number>,
): Promise<number> {
  const moved = original.slice();
  const valueAt = async (position: number): Promise<number> => {
    moved[element] = position;
    input.write(moved);
    return value();
  };
  // 2e is taken between the positions that single precision really has.
  const high = Math.fround(original[element] + epsilon);
  const low = Math.fround(original[element] - epsilon);
  return ((await valueAt(high)) - (await valueAt(low))) / (high - low);
}

/** The gradient of the weighted output at each differentiable input, by the tape; and the weights. */
async function analyticGradients(
  f: (...inputs: Tensor[]) => Tensor,
  inputs: readonly Tensor[],
  differentiable: readonly Tensor[],
  seed: number,
): Promise<{ gradients: Float32Array[]; weights: Float32Array }> {
  const before = differentiable.map(({ requiresGrad, grad }) => ({ requiresGrad, grad }));
  for (const input of differentiable) Object.assign(input, { requiresGrad: true, grad: null });
  try {
    const weights = tidy(inputs[0].device, () => {
      const output = f(...inputs);
      // Away from 0, so that no output goes unnoticed.
      const weights = uniformValues(output.size, seed, 0, 0.5, 1.5);
      backward(output, { gradient: new Tensor(output.device, output.shape).write(weights) });
      return weights;
    });
    const gradients: Float32Array[] = [];
    for (const { grad, size } of differentiable) {
      gradients.push(grad ? ((await grad.toArray()) as Float32Array) : new Float32Array(size));
      grad?.dispose();
    }
    return { gradients, weights };
  } finally {
    differentiable.forEach((input, index) => {
      Object.assign(input, before[index]);
    });
  }
}

/** Which elements of an input to try: all, or `samples` different random ones. */
function sampled(size: number, samples: number, seed: number): number[] {
  if (size <= samples) return Array.from({ length: size }, (_, element) => element);
  const chosen = new Set<number>();
  for (let draw = 0; chosen.size < samples; draw++) {
    chosen.add(Math.floor(uniformValues(1, seed, draw + 1)[0] * size));
  }
  return [...chosen];
}

const viewOf = (output: Tensor): Tensor => output.view(output.shape);

function messageOf(
  passed: boolean,
  checked: number,
  worst: GradcheckEntry | undefined,
  inputs: readonly Tensor[],
): string {
  if (!worst) return 'gradcheck: the inputs have no elements, nothing was compared';
  const { input, element, analytic, numeric, excess } = worst;
  const where = `input ${input} ${formatShape(inputs[input].shape)}, element ${element}`;
  return (
    `gradcheck: ${passed ? 'passed' : 'failed'}; the worst of ${checked} coordinates is ${where}: backward says ` +
    `${analytic}, finite differences say ${numeric}, ${excess.toPrecision(3)} times what is allowed`
  );
}
