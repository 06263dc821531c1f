/** Losses of labels with all that they can be told: class weights, reductions, what is ignored, and smoothing. */
import { describe, expect, it } from 'vitest';
import { crossEntropy, type LabelLossOptions } from '../../../../src/autograd/ops/losses/cross-entropy.js';
import { nllLoss } from '../../../../src/autograd/ops/losses/nll-loss.js';
import { logSoftmax } from '../../../../src/autograd/ops/reductions/softmax.js';
import { backward } from '../../../../src/autograd/tape.js';
import { from, full, zeros } from '../../../../src/tensor/create.js';
import type { Tensor } from '../../../../src/tensor/tensor.js';
import { fixtureCases } from '../../../fixtures/index.js';
import { array64 } from '../../../reference/array.js';
import { random64, randomLabels } from '../../../reference/random.js';
import { useDevice } from '../../../support/device.js';
import { expectGradients, expectOp, expectTensor, SINGLE, upload } from '../../../support/expect-op.js';

const gpu = useDevice();

const LOSSES = {
  crossEntropy: (x: Tensor, labels: Tensor, options: LabelLossOptions) =>
    crossEntropy(x, labels, options).loss,
  nllLoss,
} as const;

it.each(fixtureCases('labelLosses'))('agree with PyTorch: $name', async (fixture) => {
  const { inputs, outputs, gradients, options } = fixture;
  const { function: name, ...some } = options;
  const labels = upload(gpu.device, inputs.labels, 'u32');
  const told = inputs.weight ? { ...some, weight: upload(gpu.device, inputs.weight) } : some;
  await expectOp(gpu.device, (x) => LOSSES[name](x, labels, told), {
    inputs: [inputs.logits],
    output: outputs.output,
    dOutput: inputs.dOutput,
    gradients: [gradients.dLogits],
  });
});

describe.each(Object.entries(LOSSES))('%s', (_, loss) => {
  it('agrees with finite differences where classes have weights', async () => {
    const labels = from(gpu.device, [1, 9, 0], 'u32');
    const weight = from(gpu.device, [0.5, 2, 0, 1]);
    const logits = upload(gpu.device, random64([3, 4], 2));
    await expectGradients((x) => loss(x, labels, { ignoreIndex: 9, weight }), [logits]);
  });

  it('is NaN where a label is no class, with a gradient of NaN for that row alone', async () => {
    for (const weight of [undefined, full(gpu.device, [3], 1)]) {
      const x = upload(gpu.device, random64([3, 3], 1));
      x.requiresGrad = true;
      const options = { reduction: 'none', ...(weight && { weight }) } as const;
      const rows = loss(x, from(gpu.device, [0, 7, 2], 'u32'), options);
      expect([...(await rows.toArray())].map(Number.isNaN)).toEqual([false, true, false]);
      backward(rows, { gradient: full(gpu.device, [3], 1) });
      const bad = [...(await x.grad!.toArray())].map(Number.isNaN);
      expect(bad).toEqual([0, 0, 0, 1, 1, 1, 0, 0, 0].map(Boolean));
    }
  });

  it('is NaN, without a gradient, where all rows are ignored', async () => {
    const x = upload(gpu.device, random64([2, 3], 1));
    x.requiresGrad = true;
    const weight = full(gpu.device, [3], 2);
    const mean = loss(x, from(gpu.device, [9, 9], 'u32'), { ignoreIndex: 9, weight });
    backward(mean);
    expect(await mean.item()).toBeNaN();
    expect([...(await x.grad!.toArray())]).toEqual([0, 0, 0, 0, 0, 0]);
  });

  it('recorded, runs again with other labels and weights', async () => {
    const x = upload(gpu.device, random64([2, 3], 1));
    const labels = zeros(gpu.device, [2], 'u32');
    const weight = full(gpu.device, [3], 1);
    const program = gpu.device.record(() => loss(x, labels, { weight }));
    labels.write(Uint32Array.of(2, 1));
    weight.write(Float32Array.of(1, 2, 3));
    program.run();
    expect(await program.result.item()).toBe(await loss(x, labels, { weight }).item());
    program.dispose();
  });

  it('refuses weights of another shape', () => {
    const [x, labels] = [zeros(gpu.device, [2, 3]), zeros(gpu.device, [2], 'u32')];
    expect(() => loss(x, labels, { weight: zeros(gpu.device, [4]) })).toThrow(
      'weight [4] for 3 classes, expected [3]',
    );
    expect(() => loss(zeros(gpu.device, [2]), labels, {})).toThrow('labels [N], N and K at least 1');
  });
});

it('nllLoss of the logarithm of a softmax is the cross-entropy, of many rows too', async () => {
  const logits = random64([3001, 7], 1, 4);
  const [x, labels] = [upload(gpu.device, logits), upload(gpu.device, randomLabels(3001, 7, 2), 'u32')];
  const weight = from(gpu.device, [1, 2, 3, 4, 5, 6, 0.5]);
  const whole = await crossEntropy(x, labels, { weight }).loss.item();
  const apart = nllLoss(logSoftmax(x, 1), labels, { weight });
  await expectTensor(apart, array64([], [whole]), { ...SINGLE, label: 'loss' });
});
