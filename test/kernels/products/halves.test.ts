/** Every variant takes operands that are stored as halves, and stores halves: a convolution in all of its directions. */
import { describe, expect, it } from 'vitest';
import { conv2d, conv2dInputGradient } from '../../../src/kernels/products/conv2d.js';
import { conv2dParameterGradients } from '../../../src/kernels/products/conv2d-parameter-gradients.js';
import type { MatmulVariant } from '../../../src/kernels/products/ladder/ladder.js';
import { VARIANTS } from '../../../src/kernels/products/ladder/ladder.js';
import { type WindowOptions, windowOf } from '../../../src/tensor/shape.js';
import type { Tensor } from '../../../src/tensor/tensor.js';
import { random64 } from '../../reference/random.js';
import { expectClose } from '../../support/close.js';
import { expectHalves } from '../../support/expect-halves.js';
import { upload } from '../../support/expect-op.js';
import { halved64, useHalves } from '../../support/halves.js';

const gpu = useHalves({ precision: 'medium' });

/** Images whose rows come in fours, and their output's, so that as many variants as can take part. */
const CASES: Readonly<Record<string, WindowOptions>> = {
  '1 x 1': { kernelSize: 1 },
  '3 x 3': { kernelSize: 3, padding: 1 },
};

/** The output, masked gradient of the input, and gradients of the parameters; undefined where the variant refuses. */
function directions(options: WindowOptions, variant: MatmulVariant) {
  const window = windowOf('conv2d', options);
  const halves = (shape: number[], seed: number) =>
    upload(gpu.device, halved64(random64(shape, seed)), 'f16');
  const x = halves([2, 8, 8, 8], 1);
  const dy = halves([2, 12, 8, 8], 2);
  const mask = halves([2, 8, 8, 8], 3);
  // Weights that are halves, so that nothing is lost where they are rounded.
  const weight = upload(gpu.device, halved64(random64([12, 8, ...window.kernel], 4)));
  const bias = upload(gpu.device, random64([12], 5));
  const unlessRefused = (work: () => Tensor): Tensor | undefined => {
    try {
      return work();
    } catch (error) {
      if (!(error as Error).message.includes('cannot compute')) throw error;
      return undefined;
    }
  };
  return {
    output: unlessRefused(() => conv2d(x, weight, bias, window, true, { variant })),
    dInput: unlessRefused(() => conv2dInputGradient(dy, weight, x.shape, window, mask, { variant })),
    dWeight: unlessRefused(
      () => conv2dParameterGradients(dy, x, weight.shape, window, false, { variant }).weight,
    ),
    dBias: unlessRefused(
      () => conv2dParameterGradients(dy, x, weight.shape, window, true, { variant }).bias as Tensor,
    ),
  };
}

describe.each(Object.entries(CASES))('a convolution of %s of halves', (_, options) => {
  it.each(VARIANTS.filter((variant) => variant !== 'specification'))('by %s', async (variant) => {
    const expected = directions(options, 'specification');
    const actual = directions(options, variant);
    expect(expected.output?.dtype).toBe('f16');
    expect(expected.dInput?.dtype).toBe('f16');
    expect(expected.dWeight?.dtype).toBe('f32');
    for (const name of ['output', 'dInput', 'dWeight', 'dBias'] as const) {
      const [got, wanted] = [await actual[name]?.toArray(), await expected[name]!.toArray()];
      if (!got) continue;
      expect(actual[name]?.dtype).toBe(expected[name]!.dtype);
      if (actual[name]?.dtype === 'f16') expectHalves(got, wanted, name);
      else expectClose(got, wanted, { relative: 1e-4, absolute: 1e-4, label: name });
    }
  });
});
