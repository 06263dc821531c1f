/** How a trained net does on the images of each class, and what it takes them for. */
import type { ByteImages } from '../../data/index.js';
import type { Score } from '../score.js';
import { indexOfLargest, softmax } from './logits.js';

/** How many of the likeliest classes a top-5 answer has. */
const TOP = 5;

/** How a net does on some images. */
export interface ClassScore extends Score {
  /** How many of them have their class among the five likeliest. */
  readonly inTopFive: number;
}

export interface ByClass {
  /** The classes' names. */
  readonly classes: readonly string[];
  /** One for each class. */
  readonly scores: readonly ClassScore[];
  /** All images together. */
  readonly total: ClassScore;
  /** `confusion[label][guess]`: how many images of a class the net takes for each. */
  readonly confusion: readonly (readonly number[])[];
}

/** What a net makes of one image. */
export interface Answer {
  /** Number of the image in its set. */
  readonly index: number;
  readonly label: number;
  /** The class with the largest logit, the first of several. */
  readonly guess: number;
  /** How probable the net finds each class, 0..1. */
  readonly probabilities: readonly number[];
}

/**
 * A net's answers to the images of a set, in order.
 * @param logits as `SavedModel.logits` gives them, `[images, classes]`
 */
export const answersOf = ({ labels, classes }: ByteImages, logits: Float32Array): Answer[] =>
  Array.from(labels, (label, index) => {
    const row = logits.subarray(index * classes.length, (index + 1) * classes.length);
    return { index, label, guess: indexOfLargest(row), probabilities: softmax(row) };
  });

/** Count the answers to a set's images by class. */
export function scoreByClass({ classes }: Pick<ByteImages, 'classes'>, answers: readonly Answer[]): ByClass {
  const confusion = classes.map(() => classes.map(() => 0));
  for (const { label, guess } of answers) confusion[label]![guess]! += 1;
  return {
    classes,
    scores: classes.map((_, label) => scoreOf(answers.filter((answer) => answer.label === label))),
    total: scoreOf(answers),
    confusion,
  };
}

const scoreOf = (answers: readonly Answer[]): ClassScore => ({
  lossSum: answers.reduce((sum, { probabilities, label }) => sum - Math.log(probabilities[label]!), 0),
  correct: answers.filter(({ label, guess }) => label === guess).length,
  inTopFive: answers.filter((answer) => rankOf(answer) < TOP).length,
  count: answers.length,
});

/** How many classes the net finds likelier than the image's own; of equals the first comes first. */
function rankOf({ label, probabilities }: Answer): number {
  const own = probabilities[label]!;
  return probabilities.filter((other, index) => other > own || (other === own && index < label)).length;
}

/** A class that the net takes for another. */
export interface Confusion {
  readonly label: number;
  readonly guess: number;
  readonly images: number;
}

/** The mistakes of one kind together, the most frequent first. */
export const confusionsOf = ({ confusion }: ByClass): Confusion[] =>
  confusion
    .flatMap((row, label) => row.map((images, guess) => ({ label, guess, images })))
    .filter(({ label, guess, images }) => label !== guess && images > 0)
    .sort((a, b) => b.images - a.images);

/** The answers that are most wrong: of all that are, those that find the image's own class the least probable. */
export const worstAnswers = (answers: readonly Answer[], most: number): Answer[] =>
  answers
    .filter(({ label, guess }) => label !== guess)
    .sort((a, b) => a.probabilities[a.label]! - b.probabilities[b.label]!)
    .slice(0, most);
