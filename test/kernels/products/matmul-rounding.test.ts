/** Variants that round their operands: exact on whole numbers, which need no rounding, and otherwise off by no more than that. */
import '../../support/unoptimised.js';
import { describe, expect, it } from 'vitest';
import { type ConvolutionChoice, conv2d, conv2dInputGradient } from '../../../src/kernels/products/conv2d.js';
import { conv2dParameterGradients } from '../../../src/kernels/products/conv2d-parameter-gradients.js';
import { multiplyInto } from '../../../src/kernels/products/matmul.js';
import { matrixProduct } from '../../../src/kernels/products/matrix-product.js';
import { windowOf } from '../../../src/tensor/shape.js';
import { type Array64, map64 } from '../../reference/array.js';
import { conv2dBackward, conv2d as reference } from '../../reference/conv2d.js';
import { matmul } from '../../reference/matmul.js';
import { random64 } from '../../reference/random.js';
import { useDevice } from '../../support/device.js';
import { expectTensor, upload } from '../../support/expect-op.js';
import { roundingVariants } from '../../support/ladder.js';
import { beyondRounding } from '../../support/rounding.js';
import { convolutionCases, factorShapes, matmulCases } from '../../support/shapes.js';

const EXACT = { relative: 0, absolute: 0 };

/** Whole numbers from -40 to 40. */
const whole64 = (shape: readonly number[], seed: number): Array64 =>
  map64(random64(shape, seed), (value) => Math.round(40 * value));

describe('a matrix product of operands in half precision', () => {
  const gpu = useDevice();
  const variant = 'half';

  it('is computed in registers', () => expect(roundingVariants(gpu.device)).toEqual([variant]));

  it.each(matmulCases)('is exact on whole numbers: $name', async (matmulCase) => {
    const shapes = factorShapes(matmulCase);
    const [a, b] = [whole64(shapes.a, 1), whole64(shapes.b, 2)];
    const expected = matmul(a, b, matmulCase);
    const c = matrixProduct(upload(gpu.device, a), upload(gpu.device, b), matmulCase, {}, variant);
    await expectTensor(c, expected, { ...EXACT, label: variant });
  });

  it.each(matmulCases.filter(({ transposeA, transposeB }) => !transposeA && !transposeB))(
    'is off by no more than its operands can be: $name',
    async (matmulCase) => {
      const shapes = factorShapes(matmulCase);
      const [a, b] = [random64(shapes.a, 1), random64(shapes.b, 2)];
      const c = matrixProduct(upload(gpu.device, a), upload(gpu.device, b), matmulCase, {}, variant);
      expect(await beyondRounding(c, [a, b], matmulCase)).toEqual([]);
    },
  );

  it.each([
    ['row', 3, 67],
    ['column', 150, 67],
  ] as const)(
    'adds a bias to each %s, adds to what is there, cuts off below zero, and masks: %i x %i',
    async (per, rows, columns) => {
      const [a, b] = [whole64([rows, 21], 3), whole64([21, columns], 4)];
      const [before, mask] = [whole64([rows, columns], 5), whole64([rows, columns], 7)];
      const bias = whole64([per === 'row' ? rows : columns], 6);
      const expected = map64(matmul(a, b, {}), (value, i) => {
        const biased = value + bias.data[per === 'row' ? Math.floor(i / columns) : i % columns];
        return mask.data[i] > 0 ? Math.max(0, biased + before.data[i]) : 0;
      });
      const product = {
        ...{ batches: 1, rows, columns, outer: 1, inner: 21, group: columns },
        a: { row: 21, inner: 1 },
        b: { inner: columns, column: 1 },
        c: { row: columns, column: 1 },
      };
      const c = upload(gpu.device, before);
      const epilogue = {
        bias: { values: upload(gpu.device, bias), per },
        accumulate: true,
        relu: true,
        mask: upload(gpu.device, mask),
      };
      multiplyInto(c, upload(gpu.device, a), upload(gpu.device, b), product, epilogue, variant);
      await expectTensor(c, expected, { ...EXACT, label: variant });
    },
  );

  it.each(convolutionCases)('reads images through a window: $name', async (convolution) => {
    const { name: _, input, outputs, kernel, ...geometry } = convolution;
    const window = windowOf('conv2d', { kernelSize: kernel, ...geometry });
    const [x, weight] = [whole64(input, 1), whole64([outputs, input[1], ...kernel], 2)];
    const y = reference(x, weight, null, geometry);
    const dy = whole64(y.shape, 4);
    const { dInput, dWeight, dBias } = conv2dBackward(dy, x, weight, geometry);
    const [image, kernels, gradient] = [x, weight, dy].map((array) => upload(gpu.device, array));
    const choice: ConvolutionChoice = { algorithm: 'window', variant };
    const tolerance = { ...EXACT, label: variant };
    await expectTensor(conv2d(image, kernels, null, window, false, choice), y, tolerance);
    const parameters = conv2dParameterGradients(gradient, image, weight.shape, window, true, choice);
    await expectTensor(parameters.weight, dWeight, tolerance);
    await expectTensor(parameters.bias, dBias, { ...tolerance, label: `${variant} bias` });
    const dImage = conv2dInputGradient(gradient, kernels, input, window, undefined, choice);
    await expectTensor(dImage, dInput, tolerance);
  });
});
