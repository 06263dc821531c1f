/** Convolutions in groups, with padding in words, and transposed. */
import { describe, expect, it } from 'vitest';
import { opTest } from '../../../../src/autograd/op-test/op-test.js';
import { convTranspose2d } from '../../../../src/autograd/ops/products/conv-transpose2d.js';
import { conv2d } from '../../../../src/autograd/ops/products/conv2d.js';
import { randn, zeros } from '../../../../src/tensor/create.js';
import type { Tensor } from '../../../../src/tensor/tensor.js';
import { fixtureCases } from '../../../fixtures/index.js';
import { array64 } from '../../../reference/array.js';
import {
  convTranspose2dBackward,
  convTranspose2d as referenceTransposed,
} from '../../../reference/conv-transpose2d.js';
import { conv2dBackward, conv2d as reference } from '../../../reference/conv2d.js';
import { random64 } from '../../../reference/random.js';
import { useDevice } from '../../../support/device.js';
import { expectOp } from '../../../support/expect-op.js';

const gpu = useDevice();

/** Sums of up to a few hundred products of size 1. */
const TOLERANCE = { relative: 1e-5, absolute: 2e-5 };

describe.each([
  {
    name: 'conv2d in groups, with padding in words',
    cases: fixtureCases('groupedConv2d'),
    run: (x: Tensor, weight: Tensor, bias: Tensor | null, options: object) =>
      conv2d(x, weight, bias, options),
  },
  {
    name: 'convTranspose2d',
    cases: fixtureCases('convTranspose2d'),
    run: (x: Tensor, weight: Tensor, bias: Tensor | null, options: object) =>
      convTranspose2d(x, weight, bias, options),
  },
])('$name', ({ cases, run }) => {
  it.each(cases.map((fixture) => ({ name: fixture.name, fixture })))(
    'agrees with PyTorch: $name',
    async ({ fixture: { inputs, outputs, gradients, options } }) => {
      const { input, weight, bias, dOutput } = inputs;
      const { dInput, dWeight, dBias } = gradients;
      await expectOp(
        gpu.device,
        (x, w, b?: Tensor) => run(x!, w!, b ?? null, options),
        {
          inputs: bias ? [input!, weight!, bias] : [input!, weight!],
          output: outputs.output!,
          dOutput: dOutput!,
          gradients: bias ? [dInput!, dWeight!, dBias!] : [dInput!, dWeight!],
        },
        TOLERANCE,
      );
    },
  );
});

describe('a large one', () => {
  it('conv2d of 40 channels in 2 groups, which a batch of products computes, with a ReLU', async () => {
    const [x, weight, bias] = [random64([2, 40, 13, 11], 1), random64([48, 20, 3, 3], 2), random64([48], 3)];
    const geometry = { stride: [1, 1], padding: [1, 1], dilation: [1, 1] } as const;
    const sums = reference(x, weight, bias, geometry);
    const dOutput = random64(sums.shape, 4);
    const masked = array64(
      sums.shape,
      dOutput.data.map((dy, i) => (sums.data[i]! > 0 ? dy : 0)),
    );
    const { dInput, dWeight, dBias } = conv2dBackward(masked, x, weight, geometry);
    await expectOp(
      gpu.device,
      (...[a, w, b]) => conv2d(a!, w!, b!, { padding: 1, groups: 2, relu: true }),
      {
        inputs: [x, weight, bias],
        output: array64(
          sums.shape,
          sums.data.map((y) => Math.max(0, y)),
        ),
        dOutput,
        gradients: [dInput, dWeight, dBias],
      },
      { relative: 1e-5, absolute: 1e-4 },
    );
  });

  it('depthwise conv2d of 70,000 planes, more than a dimension of a grid has workgroups', async () => {
    const [x, weight] = [random64([10000, 7, 2, 2], 1), random64([7, 1, 2, 2], 2)];
    const geometry = { stride: [1, 1], padding: [0, 0], dilation: [1, 1] } as const;
    const output = reference(x, weight, null, geometry);
    const dOutput = random64(output.shape, 3);
    const { dInput, dWeight } = conv2dBackward(dOutput, x, weight, geometry);
    await expectOp(
      gpu.device,
      (...[a, w]) => conv2d(a!, w!, null, { groups: 7 }),
      { inputs: [x, weight], output, dOutput, gradients: [dInput, dWeight] },
      { relative: 1e-5, absolute: 1e-3 },
    );
  });
});

describe('what every op is asked', () => {
  const options = { stride: [2, 1], padding: [1, 0], dilation: [1, 2], groups: 2 } as const;
  const of = (shape: readonly number[]) => randn(gpu.device, shape);

  it('holds for conv2d in groups', () =>
    opTest(
      (...[x, weight, bias]) => conv2d(x!, weight!, bias!, options),
      [
        {
          inputs: [of([2, 4, 5, 6]), of([6, 2, 3, 2]), of([6])],
          reference: (x, weight, bias) => reference(x!, weight!, bias!, options),
        },
      ],
      { relative: 1e-5, absolute: 1e-5 },
    ));

  it('holds for convTranspose2d', () => {
    const transposed = { ...options, outputPadding: [1, 1] } as const;
    return opTest(
      (...[x, weight, bias]) => convTranspose2d(x!, weight!, bias!, transposed),
      [
        {
          inputs: [of([2, 4, 3, 4]), of([4, 3, 3, 2]), of([6])],
          reference: (x, weight, bias) => referenceTransposed(x!, weight!, bias!, transposed),
          gradients: (dy, x, weight) => {
            const { dInput, dWeight, dBias } = convTranspose2dBackward(dy, x!, weight!, transposed);
            return [dInput, dWeight, dBias];
          },
        },
      ],
      { relative: 1e-5, absolute: 1e-5 },
    );
  });
});

it('they refuse what does not fit, naming what must', () => {
  const x = zeros(gpu.device, [1, 4, 5, 5]);
  const weight = zeros(gpu.device, [6, 2, 3, 3]);
  expect(() => conv2d(x, weight, null, { groups: 3 })).toThrow(
    'conv2d: input [1, 4, 5, 5] has 4 channels, weight [6, 2, 3, 3] in 3 groups expects 6',
  );
  expect(() => conv2d(x, zeros(gpu.device, [3, 2, 1, 1]), null, { groups: 2 })).toThrow(
    'conv2d: groups is 2; it must divide the 3 outputs',
  );
  expect(() => conv2d(x, weight, null, { groups: 2, padding: 'same', stride: 2 })).toThrow(
    "conv2d: padding is 'same' with a stride; as in PyTorch it is for stride 1; give numbers",
  );
  // @ts-expect-error: no such word
  expect(() => conv2d(x, weight, null, { padding: 'full' })).toThrow("it must be 'same' or 'valid'");
  const back = zeros(gpu.device, [4, 3, 2, 2]);
  expect(() => convTranspose2d(zeros(gpu.device, [1, 3, 2, 2]), back, null)).toThrow(
    'convTranspose2d: input [1, 3, 2, 2] has 3 channels, weight [4, 3, 2, 2] expects 4',
  );
  expect(() => convTranspose2d(x, back, null, { outputPadding: 1 })).toThrow(
    'convTranspose2d: outputPadding is [1, 1]; it must be less than the stride or the dilation',
  );
  expect(() => convTranspose2d(x, back, null, { padding: 3 })).toThrow('leaves an output of 0 x 0');
  expect(() => convTranspose2d(x, back, zeros(gpu.device, [3]), { groups: 2 })).toThrow(
    'bias [3] for weight [4, 3, 2, 2] in 2 groups, expected [6]',
  );
});
