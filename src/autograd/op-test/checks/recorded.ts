import { tidy } from '../../../tensor/tidy.js';
import type { Values } from '../case.js';
import { whereIn } from '../compare.js';
import type { Outcome, Trial } from '../trial.js';

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
    program.run();
    const first = differenceOf(await trial.outcomeOf(leaves, program.result), await trial.plain());
    if (first) return `recorded: ${first}`;
    const others = values.map(reversed);
    leaves.forEach((leaf, which) => {
      const { data } = others[which]!;
      leaf.write(leaf.dtype === 'u32' ? Uint32Array.from(data) : Float32Array.from(data));
    });
    program.run();
    const again = await trial.outcomeOf(leaves, program.result);
    const second = differenceOf(again, await trial.run({ values: others }));
    return second && `recorded, and run again with the inputs in reverse order: ${second}`;
  } finally {
    program.dispose();
    for (const tensor of [...leaves, outputGradient]) tensor.dispose();
  }
}

/** The first number that is another one in the program. */
function differenceOf(recorded: Outcome, atOnce: Outcome): string | undefined {
  const results = ({ output, gradients }: Outcome) => [output, ...gradients];
  const expected = results(atOnce);
  for (const [index, actual] of results(recorded).entries()) {
    const { shape, data } = expected[index] ?? { shape: [], data: new Float64Array() };
    const at = data.findIndex((value, i) => !Object.is(value, actual?.data[i]));
    if (at < 0) continue;
    const what = index === 0 ? 'the output' : `the gradient of input ${index - 1}`;
    const [is, was] = [actual?.data[at], data[at]];
    return `${what}: at index ${whereIn(shape, at)} ${is}, and ${was} when it is computed at once`;
  }
  return undefined;
}

const reversed = ({ shape, data }: Values): Values => ({ shape, data: data.toReversed() });
