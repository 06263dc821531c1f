/** What two kernels write to the same tensors, one after the other, up to a strip behind the end that neither may touch. */
import type { Tensor } from '../../tensor/tensor.js';
import { copyOf, copyTo } from '../tuning/random-operands.js';

/** Elements behind the last of an operand: a kernel must leave them alone. In whole fours, for kernels that bind quads. */
export const BEYOND = 64;

/** The values of each result, as the engine's kernel leaves it and as the user's does. */
export interface BothWrote {
  readonly expected: readonly ArrayLike<number>[];
  readonly got: readonly ArrayLike<number>[];
}

/** Launch both on the same contents of `results`. */
export async function bothWrite(
  results: readonly Tensor[],
  ours: () => void,
  theirs: () => void,
): Promise<BothWrote> {
  const before = results.map(copyOf);
  const written = (launch: () => void) => {
    // What a kernel leaves out must not be found right because another has done it.
    results.forEach((result, index) => {
      copyTo(before[index] as Tensor, result);
    });
    launch();
    return Promise.all(results.map((result) => result.toArray()));
  };
  try {
    return { expected: await written(ours), got: await written(theirs) };
  } finally {
    for (const tensor of before) tensor.dispose();
  }
}
