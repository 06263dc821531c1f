/** An op on the operands of one case: how all checks run it. */
import { DawngradError } from '../../errors/errors.js';
import { fromArray } from '../../tensor/create.js';
import { uniformValues } from '../../tensor/random.js';
import { formatShape, sameShape } from '../../tensor/shape.js';
import type { Tensor } from '../../tensor/tensor.js';
import { tidy } from '../../tensor/tidy.js';
import { backward } from '../tape.js';
import type { OpCase, Values } from './case.js';
import type { Closeness } from './compare.js';

export type Op = (...inputs: Tensor[]) => Tensor;

/** What came out of an op, both ways. */
export interface Outcome {
  readonly output: Values;
  /** One for each input that is f32; zeros where none came back. */
  readonly gradients: readonly (Values | undefined)[];
  /** What the inputs hold afterwards. */
  readonly inputs: readonly Values[];
}

/** One case, and everything that is asked about it. */
export class Trial {
  #plain: Promise<Outcome> | undefined;

  private constructor(
    /** For errors. */
    readonly who: string,
    readonly op: Op,
    readonly of: OpCase,
    readonly closeness: Closeness,
    /** What the inputs hold. */
    readonly values: readonly Values[],
    /** What the output must be. */
    readonly expected: Values,
    /** A gradient of the output: away from 0, so that no element of it goes unnoticed. */
    readonly outputGradient: Values,
  ) {}

  static async of(who: string, op: Op, of: OpCase, closeness: Closeness): Promise<Trial> {
    const values = await Promise.all(of.inputs.map(valuesOf));
    const expected = of.reference(...values);
    const gradient = uniformValues(expected.data.length, 0, 0, 0.5, 1.5);
    const outputGradient = { shape: expected.shape, data: Float64Array.from(gradient) };
    return new Trial(who, op, of, closeness, values, expected, outputGradient);
  }

  get device() {
    return (this.of.inputs[0] as Tensor).device;
  }

  /** Which inputs have a gradient. */
  get differentiable(): number[] {
    return this.of.inputs.flatMap(({ dtype }, which) => (dtype === 'f32' ? [which] : []));
  }

  /** Tensors with these values, leaves of the tape where they can be. */
  leaves(values: readonly Values[] = this.values): Tensor[] {
    return values.map((value, which) => {
      const { dtype } = this.of.inputs[which] as Tensor;
      return Object.assign(this.tensor(value, dtype), { requiresGrad: dtype !== 'u32' });
    });
  }

  tensor({ shape, data }: Values, dtype: Tensor['dtype'] = 'f32'): Tensor {
    const array = dtype === 'u32' ? Uint32Array.from(data) : Float32Array.from(data);
    return fromArray(this.device, array, shape, dtype);
  }

  /** An op's output, and the gradient of each leaf; empty places where there is none. */
  launch(op: Op, leaves: readonly Tensor[], outputGradient: Tensor): (Tensor | null)[] {
    const output = op(...leaves);
    if (!sameShape(output.shape, outputGradient.shape)) {
      const [is, expected] = [output, outputGradient].map(({ shape }) => formatShape(shape));
      throw this.#problem(`the output is ${is}, expected ${expected}`);
    }
    if (this.differentiable.length > 0) {
      if (!output.requiresGrad) throw this.#problem('the op is not on the tape; see putOnTape');
      backward(output, { gradient: outputGradient });
    }
    return [output, ...leaves.map(({ grad }) => grad)];
  }

  #problem(what: string): DawngradError {
    return new DawngradError(`${this.who}: ${what}`);
  }

  /** Run an op, by default that of the trial, on leaves with these values. */
  async run({
    op = this.op,
    values = this.values,
    outputGradient = this.outputGradient,
  }: {
    readonly op?: Op;
    readonly values?: readonly Values[];
    readonly outputGradient?: Values;
  } = {}): Promise<Outcome> {
    const leaves = this.leaves(values);
    const results = tidy(this.device, () => this.launch(op, leaves, this.tensor(outputGradient)));
    const outcome = await this.outcomeOf(leaves, results);
    for (const tensor of [...leaves, ...results]) tensor?.dispose();
    return outcome;
  }

  /** What comes of the op on the case as it is; it is run once for all who ask. */
  plain(): Promise<Outcome> {
    this.#plain ??= this.run();
    return this.#plain;
  }

  /** What `launch` left. */
  async outcomeOf(
    leaves: readonly Tensor[],
    [output, ...gradients]: readonly (Tensor | null)[],
  ): Promise<Outcome> {
    const found = gradients.map((gradient, which) => {
      if (gradient) return valuesOf(gradient);
      const { shape, data } = this.values[which] as Values;
      return this.differentiable.includes(which) ? { shape, data: data.map(() => 0) } : undefined;
    });
    return {
      output: await valuesOf(output as Tensor),
      gradients: await Promise.all(found),
      inputs: await Promise.all(leaves.map(valuesOf)),
    };
  }
}

export async function valuesOf(tensor: Tensor): Promise<Values> {
  return { shape: tensor.shape, data: Float64Array.from(await tensor.toArray()) };
}
