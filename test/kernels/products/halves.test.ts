/** Every kernel of the ladder takes operands that are stored as halves, and stores halves: a convolution in all of its directions. */
import { describe, expect, it } from 'vitest';
import { conv2d, conv2dInputGradient } from '../../../src/kernels/products/conv2d.js';
import { conv2dParameterGradients } from '../../../src/kernels/products/conv2d-parameter-gradients.js';
import type { MatmulVariant } from '../../../src/kernels/products/ladder/ladder.js';
import { windowOf } from '../../../src/tensor/shape.js';
import { random64 } from '../../reference/random.js';
import { expectClose } from '../../support/close.js';
import { expectHalves } from '../../support/expect-halves.js';
import { upload } from '../../support/expect-op.js';
import { halved64, useHalves } from '../../support/halves.js';
import { runsOn } from '../../support/ladder.js';

const gpu = useHalves({ precision: 'medium' });

/** Images have rows that come in fours, as their output's do, so that as many kernels as can take part. */
const WINDOW = windowOf('conv2d', { kernelSize: 3, padding: 1 });

/**
 * A variant of each kernel that takes every product, or every window: what else they are told takes long to compile, and has nothing
 * to do with what they store. Those that take what comes in fours are tried with halves in files of their own.
 */
const ONE_OF_EACH = ['tiled', 'register64', 'half', 'broadcast16', 'stacked32', 'texels16'] as const;

/** The output, masked gradient of the input, and gradients of the parameters; undefined where the variant refuses. */
function directions(variant: MatmulVariant) {
  const halves = (shape: number[], seed: number) =>
    upload(gpu.device, halved64(random64(shape, seed)), 'f16');
  const x = halves([2, 8, 8, 8], 1);
  const dy = halves([2, 12, 8, 8], 2);
  const mask = halves([2, 8, 8, 8], 3);
  // Weights that are halves, so that nothing is lost where they are rounded.
  const weight = upload(gpu.device, halved64(random64([12, 8, ...WINDOW.kernel], 4)));
  const bias = upload(gpu.device, random64([12], 5));
  return {
    output: () => conv2d(x, weight, bias, WINDOW, true, { variant }),
    dInput: () => conv2dInputGradient(dy, weight, x.shape, WINDOW, mask, { variant }),
    dWeight: () => conv2dParameterGradients(dy, x, weight.shape, WINDOW, false, { variant }).weight,
  };
}

/** What each direction is stored as. */
const STORED = { output: 'f16', dInput: 'f16', dWeight: 'f32' } as const;

describe.each(ONE_OF_EACH)('a convolution of halves by %s', (variant) => {
  // It takes windows that move by single rows.
  const all = ['output', 'dInput', 'dWeight'] as const;

  it.each(variant === 'stacked32' ? all.slice(0, 2) : all)('%s', async (direction) => {
    if (!runsOn(gpu.device, variant)) return;
    const wanted = directions('specification')[direction]();
    const got = directions(variant)[direction]();
    expect([wanted.dtype, got.dtype]).toEqual([STORED[direction], STORED[direction]]);
    const [actual, expected] = [await got.toArray(), await wanted.toArray()];
    if (got.dtype === 'f16') expectHalves(actual, expected, direction);
    else expectClose(actual, expected, { relative: 1e-4, absolute: 1e-4, label: direction });
  });
});

it('is tried by what needs no more than halves', () => {
  for (const variant of ONE_OF_EACH.slice(0, 3)) expect(runsOn(gpu.device, variant)).toBe(true);
});
