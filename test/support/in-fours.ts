/** Products whose operands come in fours: all ways in which such a kernel walks along them, held to loops over float64. */

import type { Device } from '../../src/gpu/device.js';
import { cast } from '../../src/kernels/elementwise/cast.js';
import { conv2d, conv2dInputGradient } from '../../src/kernels/products/conv2d.js';
import { conv2dParameterGradients } from '../../src/kernels/products/conv2d-parameter-gradients.js';
import type { MatmulVariant } from '../../src/kernels/products/ladder/ladder.js';
import { windowOf } from '../../src/tensor/shape.js';
import type { Tensor } from '../../src/tensor/tensor.js';
import { type Array64, map64, type Pair } from '../reference/array.js';
import { conv2dBackward, conv2d as reference } from '../reference/conv2d.js';
import { random64 } from '../reference/random.js';
import { expectTensor, upload } from './expect-op.js';

export interface ConvolutionInFours {
  readonly name: string;
  readonly input: readonly [number, number, number, number];
  readonly outputs: number;
  readonly kernel: Pair;
  readonly padding: Pair;
  readonly stride?: Pair;
  readonly dilation?: Pair;
}

/** What is different about them is whether a slice has terms of several taps, and where a tile or a slice ends. */
export const convolutionsInFours: readonly ConvolutionInFours[] = [
  { name: 'taps of 32 channels each', input: [2, 32, 8, 8], outputs: 68, kernel: [3, 3], padding: [1, 1] },
  {
    name: '3 channels, a row that ends in a quad',
    input: [3, 3, 8, 12],
    outputs: 8,
    kernel: [5, 5],
    padding: [2, 2],
  },
  { name: 'without a window', input: [2, 24, 4, 12], outputs: 72, kernel: [1, 1], padding: [0, 0] },
  { name: 'images of 14 x 14', input: [1, 20, 14, 14], outputs: 5, kernel: [3, 3], padding: [1, 1] },
  {
    ...{ name: 'strides and dilation', input: [2, 16, 9, 15], outputs: 12, kernel: [3, 3], padding: [1, 2] },
    ...{ stride: [2, 2], dilation: [1, 2] },
  },
];

/** Whole numbers from -8 to 8: sums of their products are exact in every precision. */
export const whole64 = (shape: readonly number[], seed: number): Array64 =>
  map64(random64(shape, seed), (value) => Math.round(8 * value));

/** A convolution in three directions by a variant, as far as it takes them, exactly; how many it took. */
export async function expectConvolution(
  device: Device,
  { name, input, outputs, kernel, ...sizes }: ConvolutionInFours,
  variant: MatmulVariant,
  stored: 'f32' | 'f16' = 'f32',
): Promise<string[]> {
  const geometry = { stride: [1, 1] as Pair, dilation: [1, 1] as Pair, ...sizes };
  const window = windowOf('conv2d', { kernelSize: kernel, ...geometry });
  const [x, weight] = [whole64(input, 1), whole64([outputs, input[1], ...kernel], 2)];
  const bias = whole64([outputs], 3);
  const y = map64(reference(x, weight, bias, geometry), (value) => Math.max(0, value));
  const dy = map64(random64(y.shape, 4), Math.round);
  const { dInput, dWeight, dBias } = conv2dBackward(dy, x, weight, geometry);
  const masked = map64(dInput, (value, i) => ((x.data[i] as number) > 0 ? value : 0));
  const asStored = (array: Array64) =>
    stored === 'f16' ? cast(upload(device, array), 'f16') : upload(device, array);
  const [image, gradient, kernels] = [asStored(x), asStored(dy), upload(device, weight)] as const;
  const choice = { variant, packed: true };
  const taken: string[] = [];
  const attempt = async (what: string, work: () => Tensor[], expected: readonly Array64[]) => {
    let results: Tensor[];
    try {
      results = work();
    } catch (error) {
      if (!(error as Error).message.includes(`${variant} cannot compute`)) throw error;
      return;
    }
    taken.push(what);
    for (const [i, result] of results.entries()) {
      const rounded =
        result.dtype === 'f16' ? { relative: 2 ** -11, absolute: 0 } : { relative: 0, absolute: 0 };
      await expectTensor(result, expected[i] as Array64, {
        ...rounded,
        label: `${name}: ${what} by ${variant}`,
      });
    }
  };
  await attempt('output', () => [conv2d(image, kernels, upload(device, bias), window, true, choice)], [y]);
  if (window.stride.every((step) => step === 1)) {
    const work = () => [conv2dInputGradient(gradient, kernels, input, window, image, choice)];
    await attempt('input gradient', work, [masked]);
  }
  await attempt('parameter gradients', () => {
    const parameters = conv2dParameterGradients(gradient, image, weight.shape, window, true, choice);
    return [parameters.weight, parameters.bias as Tensor];
  }, [dWeight, dBias]);
  return taken;
}
