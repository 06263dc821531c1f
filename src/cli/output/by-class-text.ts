/** How a net does on each class, for people and for other programs. */
import { csv } from '../../files/csv.js';
import { type ByClass, type ClassScore, confusionsOf } from '../../train/answers/by-class.js';
import { errorOf } from '../../train/score.js';
import { percent } from './run-text.js';
import { textTable } from './text-table.js';

/** A matrix of more classes is wider than a terminal. */
const WIDEST_MATRIX = 20;
/** Kinds of mistakes that are listed, the most frequent ones. */
const LISTED = 10;

const wrongOf = ({ count, correct }: ClassScore): number => count - correct;

/** Share of the images whose class isn't among the five likeliest, 0..1. */
const topFiveErrorOf = ({ count, inTopFive }: ClassScore): number => (count - inTopFive) / count;

/** A line for each class, with what its images are taken for, and the most frequent mistakes. */
export function describeByClass(byClass: ByClass): string {
  const { classes, scores, total, confusion } = byClass;
  const matrix = classes.length <= WIDEST_MATRIX;
  const numbers = (score: ClassScore) =>
    score.count === 0
      ? ['0', '', '', '']
      : [
          String(score.count),
          String(wrongOf(score)),
          percent(errorOf(score)),
          percent(topFiveErrorOf(score)),
        ];
  const counts = (row: readonly number[]) => row.map((count) => (count === 0 ? '.' : String(count)));
  const indices = classes.map((_, label) => String(label));
  const rows = [
    ['', 'class', 'images', 'wrong', 'error', 'top-5 error', ...(matrix ? ['taken for', ...indices] : [])],
    ...scores.map((score, label) => [
      ...[indices[label]!, classes[label]!, ...numbers(score)],
      ...(matrix ? ['', ...counts(confusion[label]!)] : []),
    ]),
    ['', 'all', ...numbers(total), ...(matrix ? ['', ...indices.map(() => '')] : [])],
  ];
  const mistakes = confusionsOf(byClass)
    .slice(0, LISTED)
    .map(({ label, guess, images }) => [String(images), `${classes[label]} taken for ${classes[guess]}`]);
  return [
    ...textTable(rows, (column) => column !== 1 && column !== 6),
    ...(mistakes.length > 0
      ? ['', 'most frequent mistakes:', ...textTable(mistakes, (column) => column === 0)]
      : []),
    '',
  ].join('\n');
}

/** A row for each class: its numbers, errors in per cent, and how many of its images are taken for each class. */
export function byClassCsv({ classes, scores, confusion }: ByClass): string {
  const head = ['class', 'images', 'wrong', 'error', 'top_5_error', ...classes.map((name) => `as ${name}`)];
  const rows = scores.map((score, label) => [
    ...[classes[label], score.count, wrongOf(score)],
    ...(score.count === 0 ? [undefined, undefined] : [100 * errorOf(score), 100 * topFiveErrorOf(score)]),
    ...confusion[label]!,
  ]);
  return csv(head, rows);
}
