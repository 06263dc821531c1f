import { expectedGradients, type Values } from '../case.js';
import { whereIn } from '../compare.js';
import type { Trial } from '../trial.js';

/** A derivative that is smaller is taken for none. */
const NONE = 1e-6;

/**
 * NaN in the middle of each input, and of the gradient of the output: it must be seen where the reference has it. A shader loses
 * it easily, in a comparison, and what is wrong with a net is then found far from where it went wrong.
 */
export async function notANumber(trial: Trial): Promise<string | undefined> {
  const { of, values, outputGradient, differentiable } = trial;
  for (const which of differentiable) {
    const poisoned = values.with(which, inTheMiddle(values[which]!, Number.NaN));
    const { output } = await trial.run({ values: poisoned });
    const { shape, data } = of.reference(...poisoned);
    const at = data.findIndex((value, i) => Number.isNaN(value) !== Number.isNaN(output.data[i]));
    if (at >= 0) {
      const [is, expected] = [output.data[at], data[at]];
      return `with NaN in the middle of input ${which}, the output: at index ${whereIn(shape, at)} ${is}, expected ${expected}`;
    }
  }
  const { gradients } = await trial.run({ outputGradient: inTheMiddle(outputGradient, Number.NaN) });
  const reached = middleReaches(trial);
  for (const which of differentiable) {
    const { shape, data } = gradients[which]!;
    // Elsewhere it may be NaN too, by a factor of 0.
    const at = data.findIndex((value, i) => reached[which]?.[i] && !Number.isNaN(value));
    if (at >= 0) {
      return (
        'with NaN in the middle of the gradient of the output, the gradient of ' +
        `input ${which}: at index ${whereIn(shape, at)} ${data[at]}, expected NaN`
      );
    }
  }
  return undefined;
}

/** The elements of each input whose gradient depends on the middle of the output's. */
function middleReaches({ of, values, outputGradient }: Trial): boolean[][] {
  const zeros = { ...outputGradient, data: outputGradient.data.map(() => 0) };
  const gradients = expectedGradients(of, inTheMiddle(zeros, 1), values);
  return gradients.map(({ data }) => Array.from(data, (value) => Math.abs(value) > NONE));
}

function inTheMiddle({ shape, data }: Values, value: number): Values {
  return { shape, data: data.map((other, i) => (i === Math.floor(data.length / 2) ? value : other)) };
}
