import { expectedGradients } from '../case.js';
import { difference } from '../compare.js';
import type { Trial } from '../trial.js';

/** The op against its specification, both ways; and its inputs, which it must leave alone. */
export async function agreesWithReference(trial: Trial): Promise<string | undefined> {
  const { of, expected, values, outputGradient, closeness } = trial;
  const { output, gradients, inputs } = await trial.plain();
  const wrong = difference(output.data, expected.data, closeness, expected.shape);
  if (wrong) return `the output: ${wrong}`;
  const wanted = expectedGradients(of, outputGradient, values);
  for (const which of trial.differentiable) {
    const { shape, data } = wanted[which]!;
    const wrong = difference(gradients[which]!.data, data, closeness, shape);
    if (wrong) return `the gradient of input ${which}: ${wrong}`;
  }
  const written = values.findIndex(({ data }, which) =>
    data.some((value, i) => !Object.is(value, inputs[which]!.data[i])),
  );
  return written < 0
    ? undefined
    : `input ${written} has other values afterwards; an op leaves its inputs alone`;
}
