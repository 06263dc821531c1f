import { beforeAll, describe, expect, it } from 'vitest';
import {
  answersOf,
  type ByClass,
  confusionsOf,
  scoreByClass,
  worstAnswers,
} from '../../../src/train/answers/by-class.js';
import { indexOfLargest, softmax } from '../../../src/train/answers/logits.js';
import { checkpointOf, SavedModel } from '../../../src/train/checkpoints/saved-model.js';
import { runTraining } from '../../../src/train/run/run.js';
import { errorOf, lossOf } from '../../../src/train/score.js';
import { useDevice } from '../../support/device.js';
import { useDirectory } from '../../support/directory.js';
import { SEED, tinyConfig, tinyData } from '../run/tiny-run.js';

const classes = ['ant', 'bee', 'cat', 'dog', 'eel', 'fox', 'gnu'];

/** Images of nothing, with these labels. */
const imagesOf = (...labels: number[]) => ({
  ...{ count: labels.length, channels: 1, height: 1, width: 1, classes },
  pixels: new Uint8Array(labels.length),
  labels: Uint8Array.from(labels),
});

/** Logits of an image: the given ones, and 0 for the classes behind. */
const row = (...logits: number[]) => classes.map((_, label) => logits[label] ?? 0);

describe('what logits say', () => {
  it('is the first of the largest, as the kernel that counts right answers has it', () => {
    expect(indexOfLargest([1, 3, 2, 3])).toBe(1);
  });

  it('is a probability each, however large they are', () => {
    expect(softmax([1000, 1000 + Math.log(3)])).toEqual([expect.closeTo(0.25, 9), expect.closeTo(0.75, 9)]);
  });
});

describe('answers by class', () => {
  const images = imagesOf(0, 0, 0, 1, 1, 6);
  const logits = Float32Array.from([
    ...row(5),
    ...row(1, 2),
    ...row(1, 9),
    ...row(0, 4),
    ...row(3, 2),
    ...row(7, 6, 5, 4, 3, 2, 1),
  ]);
  const answers = answersOf(images, logits);
  const byClass: ByClass = scoreByClass(images, answers);

  it('are counted', () => {
    expect(byClass.scores.map(({ count, correct }) => [count, correct])).toEqual([
      ...[
        [3, 1],
        [2, 1],
      ],
      ...[
        [0, 0],
        [0, 0],
        [0, 0],
        [0, 0],
      ],
      [1, 0],
    ]);
    expect(byClass.total).toMatchObject({ count: 6, correct: 2 });
  });

  it('lose the cross-entropy', () => {
    const loss = (values: number[], label: number) =>
      Math.log(values.reduce((sum, value) => sum + Math.exp(value), 0)) - values[label]!;
    expect(byClass.scores[1]!.lossSum).toBeCloseTo(loss(row(0, 4), 1) + loss(row(3, 2), 1), 6);
  });

  it('have their class among the five likeliest, of equals the first ones', () => {
    expect(byClass.total.inTopFive).toBe(5);
    const equal = answersOf(imagesOf(4, 5), new Float32Array(2 * classes.length));
    expect(scoreByClass({ classes }, equal).total.inTopFive).toBe(1);
  });

  it('make a confusion matrix, whose rows are what an image shows', () => {
    expect(byClass.confusion[0]).toEqual([1, 2, 0, 0, 0, 0, 0]);
    expect(byClass.confusion[1]).toEqual([1, 1, 0, 0, 0, 0, 0]);
    expect(confusionsOf(byClass)).toEqual([
      { label: 0, guess: 1, images: 2 },
      { label: 1, guess: 0, images: 1 },
      { label: 6, guess: 0, images: 1 },
    ]);
  });

  it('are worst where they find the right class the least probable', () => {
    expect(worstAnswers(answers, 2).map(({ index }) => index)).toEqual([2, 5]);
  });
});

describe('the answers of a trained net', () => {
  const directory = useDirectory();
  const gpu = useDevice({ seed: SEED });
  const path = () => directory.file('run');
  beforeAll(async () => {
    await runTraining({ config: tinyConfig, dataset: tinyData, device: gpu.device, path: path() });
  });

  it('come to the score that it has', async () => {
    const saved = new SavedModel(gpu.device, checkpointOf(path(), 'last'));
    const logits = await saved.logits(tinyData.test);
    expect(logits).toHaveLength(tinyData.test.count * 10);
    const { total } = scoreByClass(tinyData.test, answersOf(tinyData.test, logits));
    const score = await saved.score(tinyData);
    expect(errorOf(total)).toBe(errorOf(score));
    expect(lossOf(total)).toBeCloseTo(lossOf(score), 5);
  });

  it('are not given to images that it is not made for', async () => {
    const saved = new SavedModel(gpu.device, checkpointOf(path(), 'last'));
    await expect(saved.logits(imagesOf(0))).rejects.toThrow(/nin-glyphs takes .*; the set has 1x1x1 images/);
  });

  it('stop with the reason of the signal', async () => {
    const saved = new SavedModel(gpu.device, checkpointOf(path(), 'last'));
    const stopped = AbortSignal.abort(new Error('enough'));
    await expect(saved.logits(tinyData.test, stopped)).rejects.toThrow('enough');
  });
});
