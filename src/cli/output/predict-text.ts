import { printable } from '../../errors/show.js';
import { csv } from '../../files/csv.js';
import { jsonText } from '../../files/json.js';
import type { Prediction } from '../../train/checkpoints/saved-model.js';

/** What became of an image: an answer, or why there is none. */
export type Predicted = { readonly image: string } & (Prediction | { readonly error: Error });

/** How many classes are listed. */
const TOP = 5;

/** The most probable classes of each image, below its name where there are several. */
export const predictedAsText = (all: readonly Predicted[]): string =>
  all
    .flatMap((one) => {
      if ('error' in one) return [];
      const lines = one.guesses
        .slice(0, TOP)
        .map(
          ({ name, probability }) => `${(100 * probability).toFixed(2).padStart(6)} %  ${printable(name)}\n`,
        );
      return all.length > 1 ? [`${printable(one.image)}\n`, ...lines] : lines;
    })
    .join('');

/** All that is known of each image, in the order in which they were asked about. */
export const predictedAsJson = (all: readonly Predicted[]): string =>
  jsonText(
    all.map(({ image, ...one }) =>
      'error' in one
        ? { image, error: one.error.message }
        : { image, guesses: one.guesses, looksInverted: one.looksInverted },
    ),
  );

/** A line for each image; one without an answer has only its name. */
export const predictedAsCsv = (all: readonly Predicted[]): string =>
  csv(
    ['image', 'class', 'probability'],
    all.map((one) => {
      const best = 'error' in one ? undefined : one.guesses[0];
      return [one.image, best?.name, best?.probability];
    }),
  );
