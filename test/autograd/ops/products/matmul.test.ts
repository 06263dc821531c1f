import { describe, expect, it } from 'vitest';
import { matmul } from '../../../../src/autograd/ops/products/matmul.js';
import { zeros } from '../../../../src/tensor/create.js';
import { fixtureCases } from '../../../fixtures/index.js';
import { array64 } from '../../../reference/array.js';
import { matmulBackward, matmul as referenceMatmul } from '../../../reference/matmul.js';
import { random64 } from '../../../reference/random.js';
import { useDevice } from '../../../support/device.js';
import { expectGradients, expectOp, upload } from '../../../support/expect-op.js';
import { factorShapes, matmulCases } from '../../../support/shapes.js';

const TOLERANCE = { relative: 1e-5, absolute: 1e-5 };

describe('matmul', () => {
  const gpu = useDevice();

  it.each(matmulCases)('agrees with the reference: $name', async (matmulCase) => {
    const shapes = factorShapes(matmulCase);
    const [a, b] = [random64(shapes.a, 1), random64(shapes.b, 2)];
    const output = referenceMatmul(a, b, matmulCase);
    const dOutput = random64(output.shape, 3);
    const { dA, dB } = matmulBackward(dOutput, a, b, matmulCase);
    const product = (x: Parameters<typeof matmul>[0], y: typeof x) => {
      const { transposeA = false, transposeB = false } = matmulCase;
      return matmul(x, y, { transposeA, transposeB });
    };
    await expectOp(gpu.device, product, { inputs: [a, b], output, dOutput, gradients: [dA, dB] }, TOLERANCE);
  });

  it.each(fixtureCases('matmul'))(
    'agrees with PyTorch: $name',
    async ({ inputs, outputs, gradients, options }) => {
      await expectOp(
        gpu.device,
        (a, b) => matmul(a, b, options),
        {
          inputs: [inputs.a, inputs.b],
          output: outputs.output,
          dOutput: inputs.dOutput,
          gradients: [gradients.dA, gradients.dB],
        },
        TOLERANCE,
      );
    },
  );

  it.each(fixtureCases('products'))(
    'of vectors and broadcast batches agrees with PyTorch: $name',
    async (fixture) => {
      const { inputs, outputs, gradients } = fixture;
      await expectOp(
        gpu.device,
        (a, b) => matmul(a, b),
        {
          inputs: [inputs.a, inputs.b],
          output: outputs.output,
          dOutput: inputs.dOutput,
          gradients: [gradients.dA, gradients.dB],
        },
        TOLERANCE,
      );
    },
  );

  it('transposes the matrices of batches that broadcast', async () => {
    const [a, b] = [random64([2, 1, 3, 4], 1), random64([2, 5, 4], 2)];
    const turned = (x: typeof a, rows: number, columns: number) =>
      array64(
        [...x.shape.slice(0, -2), columns, rows],
        x.data.map((_, i, all) => {
          const matrix = i - (i % (rows * columns));
          const [row, column] = [i % rows, Math.floor((i - matrix) / rows)];
          return all[matrix + row * columns + column]!;
        }),
      );
    const y = await matmul(upload(gpu.device, a), upload(gpu.device, b), { transposeB: true }).toArray();
    const plain = matmul(upload(gpu.device, a), upload(gpu.device, turned(b, 5, 4)));
    expect(plain.shape).toEqual([2, 2, 3, 5]);
    expect([...y]).toEqual([...(await plain.toArray())]);
  });

  it.each<[string, readonly number[], readonly number[], object]>([
    [
      'a [3] times b [4, 2]; the last axis of a (3) must be as long as the one of b that it meets (4)',
      [3],
      [4, 2],
      {},
    ],
    ['matmul: transposeA is true, and a is a vector [3]', [3], [3], { transposeA: true }],
    ['do not broadcast', [2, 3, 4], [3, 4, 5], {}],
    ['a has shape [], expected at least 2 axes', [], [3], {}],
  ])('refuses: %s', (message, a, b, options) => {
    expect(() => matmul(zeros(gpu.device, a), zeros(gpu.device, b), options)).toThrow(message);
  });

  it('agrees with finite differences', async () => {
    const inputs = [random64([2, 3, 4], 1), random64([5, 4], 2)];
    await expectGradients(
      (a, b) => matmul(a, b, { transposeB: true }),
      inputs.map((input) => upload(gpu.device, input)),
    );
  });
});
