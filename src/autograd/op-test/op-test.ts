/** Tests of an op, whoever wrote it: everything that a net will ask of it. */
import { checkArgument, checkOptions, type Rules } from '../../errors/check-options.js';
import { ArgumentError, DawngradError } from '../../errors/errors.js';
import { list, number, plainObject, required, synchronous, text, whole } from '../../errors/rules.js';
import { tensorOf } from '../../tensor/check.js';
import type { Tensor } from '../../tensor/tensor.js';
import type { OpCase } from './case.js';
import { behindReLU } from './checks/behind-relu.js';
import { notANumber } from './checks/not-a-number.js';
import { recorded } from './checks/recorded.js';
import { agreesWithReference } from './checks/reference.js';
import { throughConvolution } from './checks/through-convolution.js';
import type { Closeness } from './compare.js';
import { Trial } from './trial.js';

/** How far results may be off: by `absolute + relative * |expected|`. */
export interface OpTestOptions extends Partial<Closeness> {}

/** What they must be. */
const OPTIONS: Rules<OpTestOptions> = { relative: number({ atLeast: 0 }), absolute: number({ atLeast: 0 }) };

/** What a case must be. */
const CASE: Rules<OpCase> = {
  name: text,
  inputs: required(list(tensorOf())),
  reference: required(synchronous),
  gradients: synchronous,
};

/** Each throws what is wrong with an op. */
const CHECKS = [agreesWithReference, throughConvolution, behindReLU, notANumber, recorded];

/**
 * Test an op that is on the tape: does it give what its reference gives, forward and backward; is its gradient right by finite
 * differences, alone, before a convolution and behind a ReLU, with which it may be fused; does NaN come through; does it give the
 * same when it is recorded and run again with other numbers; does its backward pass use only what it names; and are its inputs
 * left alone? It is of no test framework: what fails throws.
 *
 *     await dg.opTest(swish, [
 *       {
 *         inputs: [dg.randn(device, [2, 3, 5, 7])],
 *         reference: ({ shape, data }) => ({ shape, data: data.map((x) => x / (1 + Math.exp(-x))) }),
 *       },
 *     ]);
 *
 * @param op gives the same result for the same inputs, in whatever state it is
 * @param options bounds on the errors of results: by default single precision's, of a few dozen terms of size 1, 1e-5 and 1e-6
 * @throws DawngradError that says what is wrong, of which case, and by how much; ArgumentError for cases that are none
 */
export async function opTest(
  op: (...inputs: Tensor[]) => Tensor,
  cases: readonly OpCase[],
  options: OpTestOptions = {},
): Promise<void> {
  checkArgument('opTest', 'op', op, synchronous);
  checkArgument('opTest', 'cases', cases, list(plainObject));
  checkArgument('opTest', 'the number of cases', cases.length, whole(1));
  checkOptions('opTest', options, OPTIONS);
  const closeness = { relative: 1e-5, absolute: 1e-6, ...options };
  for (const [index, one] of cases.entries()) {
    checkOptions(`opTest: case ${index}`, one, CASE);
    checkArgument(`opTest: case ${index}`, 'the number of inputs', one.inputs.length, whole(1));
    if (one.inputs.every(({ size }) => size === 0)) {
      const remedy = 'there would be nothing to compare; give one of them elements';
      throw new ArgumentError(`opTest: case ${index}`, 'inputs', 'are all empty', remedy);
    }
    const trial = await Trial.of(`opTest: ${one.name ?? `case ${index}`}`, op, one, closeness);
    for (const check of CHECKS) {
      const wrong = await check(trial);
      if (wrong) throw new DawngradError(`${trial.who}: ${wrong}`);
    }
  }
}
