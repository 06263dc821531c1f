import { tidy } from '../../../tensor/tidy.js';
import type { Values } from '../case.js';
import { whereIn } from '../compare.js';
import type { Trial } from '../trial.js';

/**
 * The op in a program: it must give the same bits as it does at once, and go on to when the program is run again with other
 * numbers in its inputs. What JavaScript computes of their values, or counts, is the same in every run.
 */
export async function recorded(trial: Trial): Promise<string | undefined> {
  const { device, values } = trial;
  const leaves = trial.leaves();
  const outputGradient = trial.tensor(trial.outputGradient);
  const program = device.record(() => tidy(device, () => trial.launch(trial.op, leaves, outputGradient)));
  try {
    for (const [run, numbers] of [values, values.map(reversed)].entries()) {
      leaves.forEach((leaf, which) => {
        const { data } = numbers[which]!;
        leaf.write(leaf.dtype === 'u32' ? Uint32Array.from(data) : Float32Array.from(data));
      });
      program.run();
      const found = await trial.outcomeOf(program.result);
      const wanted = await trial.run({ values: numbers });
      const pairs: [string, Values | undefined, Values | undefined][] = [
        ['the output', found.output, wanted.output],
        ...wanted.gradients.map((gradient, which): [string, Values | undefined, Values | undefined] => [
          `the gradient of input ${which}`,
          found.gradients[which],
          gradient,
        ]),
      ];
      for (const [what, actual, expected] of pairs) {
        const at = expected?.data.findIndex((value, i) => !Object.is(value, actual?.data[i])) ?? -1;
        if (at < 0 || !expected) continue;
        const when = run === 0 ? 'recorded' : 'recorded, and run again with the inputs in reverse order';
        return (
          `${when}: ${what}: at index ${whereIn(expected.shape, at)} ${actual?.data[at]}, ` +
          `and ${expected.data[at]} when it is computed at once`
        );
      }
    }
    return undefined;
  } finally {
    program.dispose();
    for (const tensor of [...leaves, outputGradient]) tensor.dispose();
  }
}

const reversed = ({ shape, data }: Values): Values => ({ shape, data: data.toReversed() });
