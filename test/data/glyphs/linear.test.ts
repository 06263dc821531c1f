import { expect, it } from 'vitest';
import type { ImageSet } from '../../../src/data/dataset.js';
import { glyphs } from '../../../src/data/glyphs/glyphs.js';
import { shuffle } from '../../../src/data/shuffle.js';

const CLASSES = 10;
const EPOCHS = 6;

/** Pixels about -1..1, and a constant 1 at the end of each image for the bias. */
function features({ count, pixels }: ImageSet): Float32Array[] {
  const size = pixels.length / count;
  return Array.from({ length: count }, (_, i) =>
    Float32Array.from({ length: size + 1 }, (_, at) =>
      at === size ? 1 : (pixels[i * size + at]! - 128) / 128,
    ),
  );
}

/** One score for each class: the dot product of its weights with the image. */
const scores = (weights: readonly Float32Array[], image: Float32Array): number[] =>
  weights.map((row) => {
    let sum = 0;
    for (let at = 0; at < image.length; at++) sum += row[at]! * image[at]!;
    return sum;
  });

/** Softmax regression by stochastic gradient descent, one image at a time, with a rate that falls to 0. */
function train(set: ImageSet, rate: number): Float32Array[] {
  const images = features(set);
  const weights = Array.from({ length: CLASSES }, () => new Float32Array(images[0]!.length));
  for (let epoch = 0; epoch < EPOCHS; epoch++) {
    for (const i of shuffle(set.count, 0, epoch)) {
      const image = images[i]!;
      const raw = scores(weights, image);
      const highest = Math.max(...raw);
      const exponentials = raw.map((score) => Math.exp(score - highest));
      const sum = exponentials.reduce((a, b) => a + b);
      for (const [label, row] of weights.entries()) {
        const error = exponentials[label]! / sum - (set.labels[i] === label ? 1 : 0);
        const step = rate * (1 - epoch / EPOCHS) * error;
        for (let at = 0; at < image.length; at++) row[at]! -= step * image[at]!;
      }
    }
  }
  return weights;
}

function accuracy(weights: readonly Float32Array[], set: ImageSet): number {
  const right = features(set).filter((image, i) => {
    const found = scores(weights, image);
    return found.indexOf(Math.max(...found)) === set.labels[i];
  });
  return right.length / set.count;
}

it('glyphs cannot be told by a linear classifier, though it does better than chance', () => {
  const data = glyphs({ train: 4000, test: 1000 });
  const found = accuracy(train(data.train, 1e-3), data.test);
  expect(found).toBeGreaterThan(0.2);
  expect(found).toBeLessThan(0.6);
});
