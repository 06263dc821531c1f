import { describe, it } from 'vitest';
import { matmul } from '../../../../src/autograd/ops/products/matmul.js';
import { fixtureCases } from '../../../fixtures/index.js';
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

  it('agrees with finite differences', async () => {
    const inputs = [random64([2, 3, 4], 1), random64([5, 4], 2)];
    await expectGradients(
      (a, b) => matmul(a, b, { transposeB: true }),
      inputs.map((input) => upload(gpu.device, input)),
    );
  });
});
