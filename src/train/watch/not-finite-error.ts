import type { Direction } from '../../gpu/program/origin.js';
import type { ArrayStatistics } from '../../kernels/reductions/array-statistics.js';
import { formatShape } from '../../tensor/shape.js';
import type { HostTensor } from '../checkpoints/safetensors.js';
import { RunError } from '../run/run-error.js';

/** What a launch was given. */
export interface LaunchInput extends HostTensor {
  /** What its shader calls it. */
  readonly binding: string;
  /** Which parameter or buffer of the model it is, if it is one. */
  readonly parameter?: string;
  /** Left out for integers. */
  readonly statistics?: ArrayStatistics;
}

/** A launch that made numbers that are not finite. */
export interface NotFiniteLaunch {
  /** When in the run: `step 12 of epoch 1`. */
  readonly when: string;
  /** Its place in the step, from 1. */
  readonly number: number;
  /** Path of the layer that it belongs to; empty outside of all. */
  readonly layer: string;
  readonly op: string;
  readonly direction: Direction;
  readonly kernel: string;
  readonly shader: string;
  readonly constants: Readonly<Record<string, unknown>>;
  readonly params: Readonly<Record<string, number>>;
  /** What it wrote, which parameter that is if it is one, and how many of its elements became infinite or NaN. */
  readonly output: { readonly name: string; readonly shape: readonly number[]; readonly notFinite: number };
  readonly inputs: readonly LaunchInput[];
}

/** The first launch of a step that made numbers that are not finite, found by `checkNumerics`. */
export class NotFiniteError extends RunError {
  override name = 'NotFiniteError';

  /** @param path where the launch and its inputs are saved, if they are */
  constructor(
    readonly launch: NotFiniteLaunch,
    path?: string,
  ) {
    const { when, number, output, inputs } = launch;
    const count = output.shape.reduce((product, length) => product * length, 1);
    super(
      `${when}: numbers that are not finite come first from ${inWords(launch)}, launch ${number} of the step: ` +
        `${output.notFinite} of ${count} elements of ${output.name} ${formatShape(output.shape)}; it was given ` +
        `${inputs.map(describeInput).join('; ')}${path ? `; all of it is in ${path}` : ''}`,
    );
  }
}

const PASSES = { forward: 'forward', backward: 'backward', update: 'update of the parameters' } as const;

const inWords = ({ layer, op, direction, kernel }: NotFiniteLaunch): string =>
  `${layer ? `layer "${layer}"` : 'outside of all layers'}, ${op}, ${PASSES[direction]}, kernel ${kernel}`;

function describeInput({ binding, parameter, shape, statistics }: LaunchInput): string {
  const what = `${parameter ?? binding} ${formatShape(shape)}`;
  if (!statistics) return what;
  const { least, most, notFinite, count } = statistics;
  const range = `from ${Number(least.toPrecision(4))} to ${Number(most.toPrecision(4))}`;
  if (notFinite === 0) return `${what} ${range}`;
  return `${what} ${notFinite === count ? 'with no finite number' : `${range}, ${notFinite} not finite`}`;
}
