import { full } from '../../../tensor/create.js';
import type { Tensor } from '../../../tensor/tensor.js';
import { multiply } from '../../ops/elementwise/multiply.js';
import { relu } from '../../ops/elementwise/relu.js';
import { differenceOfKinds } from '../compare.js';
import type { Trial } from '../trial.js';

/**
 * The op behind a ReLU, whose backward pass is left out where the op says that it has applied the mask. It must come to what it
 * does behind a ReLU that nobody knows of, since a product with 1 lies between.
 */
export async function behindReLU(trial: Trial): Promise<string | undefined> {
  const { op, of, closeness, differentiable } = trial;
  const one = full(trial.device, [], 1);
  const behind = (activation: (x: Tensor) => Tensor) =>
    trial.run({
      op: (...inputs) =>
        op(...inputs.map((x, which) => (differentiable.includes(which) ? activation(x) : x))),
    });
  try {
    const known = await behind(relu);
    const unknown = await behind((x) => multiply(relu(x), one));
    for (const which of differentiable) {
      const [given, wanted] = [known, unknown].map(({ gradients }) => gradients[which]!.data);
      const wrong = differenceOfKinds(given!, wanted!, closeness, of.inputs[which]!.shape);
      if (wrong) {
        return (
          `behind a ReLU: the gradient of input ${which}: ${wrong}; ` +
          'the op says appliesMaskOf, and does not apply the mask: see maskOf'
        );
      }
    }
    return undefined;
  } finally {
    one.dispose();
  }
}
