import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { scale } from '../../../../src/autograd/ops/elementwise/scale.js';
import { type CrossEntropyOptions, crossEntropy } from '../../../../src/autograd/ops/losses/cross-entropy.js';
import { backward, noGrad } from '../../../../src/autograd/tape.js';
import { CrossEntropyLoss } from '../../../../src/nn/loss.js';
import { from, zeros } from '../../../../src/tensor/create.js';
import { fixtureCases } from '../../../fixtures/index.js';
import { type Array64, array64 } from '../../../reference/array.js';
import { random64, randomLabels } from '../../../reference/random.js';
import {
  countCorrect,
  softmaxCrossEntropy,
  softmaxCrossEntropyBackward,
} from '../../../reference/softmax-cross-entropy.js';
import { expectClose } from '../../../support/close.js';
import { useDevice } from '../../../support/device.js';
import { expectGradients, expectTensor, SINGLE, upload } from '../../../support/expect-op.js';

const scalar = (value: number) => array64([], [value]);

describe('crossEntropy', () => {
  const gpu = useDevice();

  /** Fails unless loss, count, and the gradient from dLoss are the wanted ones. */
  async function expectCrossEntropy(
    logits: Array64,
    labels: Array64,
    wanted: { loss: Array64; correct: Array64; dLoss: Array64; dLogits: Array64 },
  ): Promise<void> {
    const z = upload(gpu.device, logits);
    z.requiresGrad = true;
    const { loss, correct } = crossEntropy(z, upload(gpu.device, labels, 'u32'));
    await expectTensor(loss, wanted.loss, { ...SINGLE, label: 'loss' });
    await expectTensor(correct, wanted.correct, { relative: 0, absolute: 0, label: 'correct' });
    backward(loss, { gradient: upload(gpu.device, wanted.dLoss) });
    await expectTensor(z.grad, wanted.dLogits, { ...SINGLE, label: 'dLogits' });
  }

  async function expectReference(rows: number, classes: number, seed: number, size = 4): Promise<void> {
    const logits = random64([rows, classes], seed, size);
    const labels = randomLabels(rows, classes, seed + 1);
    await expectCrossEntropy(logits, labels, {
      loss: scalar(softmaxCrossEntropy(logits, labels)),
      correct: scalar(countCorrect(logits, labels)),
      dLoss: scalar(0.75),
      dLogits: softmaxCrossEntropyBackward(0.75, logits, labels),
    });
  }

  it.each([
    [1, 1],
    [1, 10],
    [128, 10],
    [7, 100],
    [300, 3],
  ])('agrees with the reference: %i rows, %i classes', async (rows, classes) => {
    await expectReference(rows, classes, 1);
  });

  it('agrees with the reference for any size', async () => {
    const property = fc.asyncProperty(
      fc.integer({ min: 1, max: 40 }),
      fc.integer({ min: 1, max: 40 }),
      fc.nat(1000),
      fc.constantFrom(0.01, 1, 30),
      expectReference,
    );
    await fc.assert(property, { numRuns: 20, seed: 1 });
  });

  it.each(fixtureCases('softmaxCrossEntropy'))('agrees with PyTorch: $name', async (fixture) => {
    const { inputs, outputs, gradients } = fixture;
    await expectCrossEntropy(inputs.logits, inputs.labels, {
      loss: outputs.loss,
      correct: outputs.correct,
      dLoss: inputs.dLoss,
      dLogits: gradients.dLogits,
    });
  });

  it('agrees with finite differences', async () => {
    const labels = upload(gpu.device, randomLabels(5, 7, 3), 'u32');
    const logits = upload(gpu.device, random64([5, 7], 2));
    await expectGradients((z) => crossEntropy(z, labels).loss, [logits], { absolute: 1e-4 });
  });

  it('passes on the gradient of what follows', async () => {
    const logits = random64([3, 4], 5);
    const labels = randomLabels(3, 4, 6);
    const z = upload(gpu.device, logits);
    z.requiresGrad = true;
    backward(scale(crossEntropy(z, upload(gpu.device, labels, 'u32')).loss, 8));
    const wanted = softmaxCrossEntropyBackward(8, logits, labels);
    await expectTensor(z.grad, wanted, { ...SINGLE, label: 'dLogits' });
  });

  it('is exact for logits that exp cannot take', async () => {
    const logits = array64([2, 3], [1e4, 0, -1e4, -1e30, 1e30, 0]);
    await expectCrossEntropy(logits, array64([2], [1, 1]), {
      loss: scalar(5000),
      correct: scalar(1),
      dLoss: scalar(1),
      dLogits: array64([2, 3], [0.5, -0.5, 0, 0, 0, 0]),
    });
  });

  it('counts only the first of equal largest logits as the prediction', async () => {
    const logits = from(gpu.device, [
      [1, 1, 0],
      [1, 1, 0],
      [0, 0, 0],
    ]);
    const { correct } = crossEntropy(logits, from(gpu.device, [0, 1, 0], 'u32'));
    expect(await correct.item()).toBe(2);
  });

  /** Loss, count and the gradient's rows of three rows of logits. */
  async function scored(labels: number[], options: CrossEntropyOptions = {}) {
    const logits = upload(gpu.device, random64([3, 4], 7));
    logits.requiresGrad = true;
    const { loss, correct } = crossEntropy(logits, from(gpu.device, labels, 'u32'), options);
    backward(loss);
    const gradient = [...(await logits.grad!.toArray())];
    const rows = [0, 4, 8].map((first) => gradient.slice(first, first + 4));
    return { loss: await loss.item(), correct: await correct.item(), rows };
  }

  it('is NaN where the device finds a label that is no class, with a gradient of NaN for that row alone', async () => {
    const right = await scored([2, 0, 2]);
    for (const label of [4, 2 ** 32 - 1, 0x7f800000]) {
      const wrong = await scored([2, label, 2]);
      expect(wrong.loss).toBeNaN();
      expect(wrong.rows).toEqual([right.rows[0], Array(4).fill(Number.NaN), right.rows[2]]);
    }
  });

  it('counts no label that is no class as right', async () => {
    const all = await Promise.all([0, 1, 2, 3].map((label) => scored([label, 4, 9])));
    expect(all.reduce((sum, { correct }) => sum + correct, 0)).toBe(1); // the first row's, once
  });

  it.each([255, 1, 0, 2 ** 32 - 1])('leaves rows out whose label is ignoreIndex: %i', async (ignoreIndex) => {
    const logits = random64([3, 4], 7);
    const others = array64([2, 4], [...logits.data.slice(0, 4), ...logits.data.slice(8)]);
    const labels = array64([2], [2, 3]);
    const { data } = softmaxCrossEntropyBackward(1, others, labels);
    const { loss, correct, rows } = await scored([2, ignoreIndex, 3], { ignoreIndex });
    expect(loss).toBeCloseTo(softmaxCrossEntropy(others, labels), 5);
    expect(correct).toBe(countCorrect(others, labels));
    expect(rows[1]).toEqual([0, 0, 0, 0]);
    const wanted = array64([8], data);
    expectClose([...rows[0]!, ...rows[2]!], wanted.data, { ...SINGLE, label: 'dLogits' });
  });

  it('is NaN, without a gradient, where every row is ignored, as in PyTorch', async () => {
    const zeros = [0, 0, 0, 0];
    expect(await scored([7, 7, 7], { ignoreIndex: 7 })).toEqual({
      ...{ loss: Number.NaN, correct: 0 },
      rows: [zeros, zeros, zeros],
    });
  });

  it('ignores one label, not all that are no class', async () => {
    expect((await scored([2, 7, 8], { ignoreIndex: 7 })).loss).toBeNaN();
  });

  it('takes ignoreIndex in its layer, too', async () => {
    const logits = upload(gpu.device, random64([3, 4], 7));
    const labels = from(gpu.device, [2, 7, 3], 'u32');
    const layer = new CrossEntropyLoss({ ignoreIndex: 7 });
    const { loss } = await scored([2, 7, 3], { ignoreIndex: 7 });
    expect(await layer.forward(logits, labels).item()).toBe(loss);
  });

  it.each([-100, 0.5, 2 ** 32, Number.NaN])(
    'refuses an ignoreIndex that no label can be: %d',
    (ignoreIndex) => {
      const [logits, labels] = [zeros(gpu.device, [2, 3]), zeros(gpu.device, [2], 'u32')];
      expect(() => crossEntropy(logits, labels, { ignoreIndex })).toThrow(
        `crossEntropy: ignoreIndex is ${ignoreIndex}; it must be a whole number of at least 0 and at most 4294967295`,
      );
    },
  );

  it.each([
    [1, 1, 0.3],
    [128, 10, 0.1],
    [7, 100, 0.05],
    [5, 3, 1],
  ])('smooths labels as the reference does: %i rows, %i classes, by %d', async (rows, classes, smoothing) => {
    const logits = random64([rows, classes], 1, 4);
    const labels = randomLabels(rows, classes, 2);
    const z = upload(gpu.device, logits);
    z.requiresGrad = true;
    const { loss, correct } = crossEntropy(z, upload(gpu.device, labels, 'u32'), {
      labelSmoothing: smoothing,
    });
    await expectTensor(loss, scalar(softmaxCrossEntropy(logits, labels, smoothing)), {
      ...SINGLE,
      label: 'loss',
    });
    expect(await correct.item()).toBe(countCorrect(logits, labels));
    backward(loss);
    const wanted = softmaxCrossEntropyBackward(1, logits, labels, smoothing);
    await expectTensor(z.grad, wanted, { ...SINGLE, label: 'dLogits' });
  });

  it('smooths labels as computed by hand: 4 classes, by 0.2', async () => {
    // -log softmax([0, ln 2, ln 3, ln 4]) is -log [0.1, 0.2, 0.3, 0.4]; the label's share is 0.85, the others' 0.05.
    const logits = from(gpu.device, [[0, Math.log(2), Math.log(3), Math.log(4)]]);
    const { loss } = crossEntropy(logits, from(gpu.device, [3], 'u32'), { labelSmoothing: 0.2 });
    const wanted = -(0.05 * Math.log(0.1 * 0.2 * 0.3) + 0.85 * Math.log(0.4));
    expect(await loss.item()).toBeCloseTo(wanted, 6);
  });

  it('agrees with finite differences where labels are smoothed and some are ignored', async () => {
    const labels = from(gpu.device, [1, 9, 0, 6, 9], 'u32');
    const logits = upload(gpu.device, random64([5, 7], 2));
    const options = { ignoreIndex: 9, labelSmoothing: 0.3 };
    await expectGradients((z) => crossEntropy(z, labels, options).loss, [logits], { absolute: 1e-4 });
  });

  it('is NaN at every class for an infinite gradient, where labels are smoothed: all are targets', async () => {
    const logits = upload(gpu.device, random64([1, 3], 7));
    logits.requiresGrad = true;
    const { loss } = crossEntropy(logits, from(gpu.device, [1], 'u32'), { labelSmoothing: 0.1 });
    backward(loss, { gradient: upload(gpu.device, scalar(Number.POSITIVE_INFINITY)) });
    expect([...(await logits.grad!.toArray())]).toEqual(Array(3).fill(Number.NaN));
  });

  it('keeps nothing but its results where nothing is recorded', () => {
    const logits = zeros(gpu.device, [5, 7]);
    const labels = zeros(gpu.device, [5], 'u32');
    const before = gpu.device.memory.used;
    const { loss, correct } = noGrad(() => crossEntropy(logits, labels));
    loss.dispose();
    correct.dispose();
    expect(gpu.device.memory.used).toBe(before);
  });

  it.each([
    { logits: [3, 4], labels: [4] },
    { logits: [3, 4], labels: [3, 1] },
    { logits: [3, 4, 1], labels: [3] },
    { logits: [0, 4], labels: [0] },
    { logits: [3, 0], labels: [3] },
  ])('refuses logits $logits with labels $labels', ({ logits, labels }) => {
    expect(() => crossEntropy(zeros(gpu.device, logits), zeros(gpu.device, labels, 'u32'))).toThrow(
      'expected logits [N, K] and labels [N], N and K at least 1',
    );
  });

  it('refuses labels that are floats', () => {
    expect(() => crossEntropy(zeros(gpu.device, [2, 3]), zeros(gpu.device, [2]))).toThrow(
      'crossEntropy: labels [2] has elements of type f32, expected u32',
    );
  });
});
