/** What logits say: which class is the answer, and how probable each is. */

/** The answer: the first of the largest. */
export const indexOfLargest = (values: ArrayLike<number>): number => {
  let largest = 0;
  for (let index = 1; index < values.length; index++) if (values[index]! > values[largest]!) largest = index;
  return largest;
};

/** The probabilities that logits stand for. The largest is subtracted first, so that no exponential overflows. */
export function softmax(logits: ArrayLike<number>): number[] {
  const values = Array.from(logits);
  const largest = Math.max(...values);
  const exponentials = values.map((value) => Math.exp(value - largest));
  const sum = exponentials.reduce((total, value) => total + value, 0);
  return exponentials.map((value) => value / sum);
}
