import { randn } from '../../../tensor/create.js';
import { uniformValues } from '../../../tensor/random.js';
import { type Shape, sizeOf } from '../../../tensor/shape.js';
import type { Tensor } from '../../../tensor/tensor.js';
import { tidy } from '../../../tensor/tidy.js';
import { gradcheck } from '../../gradcheck.js';
import { reshape } from '../../ops/layout/reshape.js';
import { conv2d } from '../../ops/products/conv2d.js';
import { backward } from '../../tape.js';
import type { Values } from '../case.js';
import { differenceOfKinds } from '../compare.js';
import { type Trial, valuesOf } from '../trial.js';

/** Elements of each input that are moved: all of them were compared with the reference before. */
const SAMPLES = 4;

/**
 * The op before a convolution, which applies the mask of a ReLU to the gradient that it hands back, if the op says that it is one.
 * That must lead to the same as if somebody else had handed the op this gradient; and finite differences must agree, where they
 * can.
 */
export async function throughConvolution(trial: Trial): Promise<string | undefined> {
  const { device, op, expected, closeness, differentiable } = trial;
  if (differentiable.length === 0 || expected.data.length === 0) return undefined;
  const images = imagesIn(expected.shape);
  const weight = randn(device, [2, images[1] as number, 1, 1], { seed: 1 });
  const last = valuesOfShape(images.with(1, 2));
  // No view lies between them, where none is needed: a convolution asks what made its input.
  const convolved = (y: Tensor) => conv2d(y.rank === 4 ? y : reshape(y, images), weight, null);
  const through = (...inputs: Tensor[]) => convolved(op(...inputs));
  try {
    const { output } = await trial.plain();
    const handed = tidy(device, () => {
      const y = Object.assign(trial.tensor(output), { requiresGrad: true });
      backward(convolved(y), { gradient: trial.tensor(last) });
      return y.grad as Tensor;
    });
    const outputGradient = await valuesOf(handed);
    handed.dispose();
    const apart = await trial.run({ outputGradient });
    const together = await trial.run({ op: through, outputGradient: last });
    for (const which of differentiable) {
      const { shape, data } = apart.gradients[which] as Values;
      const wrong = differenceOfKinds(together.gradients[which]!.data, data, closeness, shape);
      if (wrong) return `before a convolution: the gradient of input ${which}: ${wrong}`;
    }
    return await disagreement(trial, through);
  } finally {
    weight.dispose();
  }
}

/** What finite differences say against the gradient, unless the inputs are at a kink. */
async function disagreement(
  trial: Trial,
  through: (...inputs: Tensor[]) => Tensor,
): Promise<string | undefined> {
  if (trial.of.gradients) return undefined;
  const leaves = trial.leaves();
  const { passed, message } = await gradcheck(through, leaves, { samples: SAMPLES });
  for (const leaf of leaves) leaf.dispose();
  return passed ? undefined : `before a convolution: ${message}`;
}

/** As which images a convolution takes what has this shape. */
const imagesIn = (shape: Shape): Shape => (shape.length === 4 ? shape : [1, 1, 1, sizeOf(shape)]);

const valuesOfShape = (shape: Shape): Values => ({
  shape,
  data: Float64Array.from(uniformValues(sizeOf(shape), 1, 0, 0.5, 1.5)),
});
