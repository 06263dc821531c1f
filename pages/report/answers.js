/** How often the net is right, class by class, and what it takes the images of each class for. */
import { element, svg } from '../elements.js';
import { sortableTable } from '../table.js';
import { percent, whole } from './numbers.js';

export function answers(judgement) {
  const { byClass, kind, count, available, epoch } = judgement;
  const what = kind === 'test' ? 'test images' : 'images held out from training';
  const of =
    count < available
      ? `the first ${whole(count)} of ${whole(available)} ${what}`
      : `${whole(count)} ${what}`;
  return element(
    'div',
    {},
    element(
      'p',
      { class: 'quiet' },
      `Scored on ${of}, with the net as it was after ${epoch} ${epoch === 1 ? 'epoch' : 'epochs'}.`,
    ),
    element('div', { class: 'columns' }, classTable(byClass), confusionMatrix(byClass)),
  );
}

const wrongOf = ({ count, correct }) => count - correct;
const shareOf = (part, { count }) => (count === 0 ? 0 : part / count);
const errorShare = (score) => shareOf(wrongOf(score), score);
const topFiveShare = (score) => shareOf(score.count - score.inTopFive, score);

function classTable({ classes, scores, total, confusion }) {
  const rows = scores.map((score, label) => ({ ...score, name: classes[label] }));
  const largest = Math.max(...rows.map(errorShare), Number.MIN_VALUE);
  const bar = (score) =>
    element(
      'span',
      { class: 'bar', style: `--share: ${((100 * errorShare(score)) / largest).toFixed(1)}%` },
      percent(errorShare(score)),
    );
  const columns = [
    { title: 'class', text: ({ name }) => name },
    { title: 'images', value: ({ count }) => count, text: ({ count }) => whole(count) },
    { title: 'wrong', value: wrongOf, text: (score) => whole(wrongOf(score)) },
    { title: 'error', value: errorShare, text: bar },
    ...(classes.length > 5
      ? [{ title: 'top-5 error', value: topFiveShare, text: (score) => percent(topFiveShare(score)) }]
      : []),
  ];
  const topFive = classes.length > 5 ? `, top-5 error ${percent(topFiveShare(total))}` : '';
  return element(
    'figure',
    { class: 'by-class' },
    element('h3', {}, 'Error by class'),
    sortableTable(columns, rows),
    element(
      'figcaption',
      {},
      `All together: ${whole(wrongOf(total))} of ${whole(total.count)} wrong, error ${percent(errorShare(total))}${topFive}.`,
    ),
    wrongOf(total) > 0 ? element('h3', {}, 'Most frequent mistakes') : undefined,
    frequentMistakes({ classes, confusion }),
  );
}

/** As many kinds of mistakes are listed. */
const LISTED = 8;

function frequentMistakes({ classes, confusion }) {
  const kinds = confusion.flatMap((row, label) => row.map((count, guess) => ({ label, guess, count })));
  const mistaken = kinds
    .filter(({ label, guess, count }) => label !== guess && count > 0)
    .sort((one, other) => other.count - one.count)
    .slice(0, LISTED);
  return element(
    'dl',
    { class: 'frequent' },
    mistaken.flatMap(({ label, guess, count }) => [
      element('dt', {}, whole(count)),
      element('dd', {}, `${classes[label]} taken for ${classes[guess]}`),
    ]),
  );
}

/** Matrices of more classes have no room for numbers and names. */
const NUMBERED = 20;

function confusionMatrix({ classes, confusion }) {
  const numbered = classes.length <= NUMBERED;
  const side = numbered ? 34 : Math.max(3, Math.floor(560 / classes.length));
  const letters = Math.max(...classes.map((name) => name.length));
  const margin = numbered ? 14 + 6.3 * Math.min(letters, 16) : 22;
  const size = margin + side * classes.length + 2;
  const most = Math.max(
    1,
    ...confusion.map((row, label) => Math.max(0, ...row.filter((_, guess) => guess !== label))),
  );
  const cells = confusion.flatMap((row, label) => {
    const images = row.reduce((sum, count) => sum + count, 0);
    return row.map((count, guess) => {
      const right = label === guess;
      const strength = count === 0 ? 0 : right ? count / images : Math.sqrt(count / most);
      const [x, y] = [margin + guess * side, margin + label * side];
      return svg(
        'g',
        { class: right ? 'right' : 'wrong' },
        svg('rect', {
          ...{ x, y, width: side, height: side },
          style: `--strength: ${(8 + 84 * strength).toFixed(0)}%`,
          class: count === 0 && 'none',
        }),
        numbered && count > 0
          ? svg(
              'text',
              { x: x + side / 2, y: y + side / 2 + 4, class: strength > 0.55 ? 'strong' : undefined },
              String(count),
            )
          : undefined,
        svg('title', {}, `${classes[label]} taken for ${classes[guess]}: ${count} of ${images}`),
      );
    });
  });
  return element(
    'figure',
    {},
    element('h3', {}, 'Confusion matrix'),
    element(
      'div',
      { class: 'matrix' },
      svg(
        'svg',
        {
          ...{ viewBox: `0 0 ${size} ${size}`, style: `max-width: ${1.15 * size}px` },
          ...{ role: 'img', 'aria-label': 'Confusion matrix' },
        },
        numbered ? names(classes, margin, side) : axes(size, margin),
        cells,
      ),
    ),
    element(
      'figcaption',
      {},
      'Rows are what an image shows, columns what the net takes it for. What lies off the diagonal are mistakes; the more frequent, the stronger their colour.',
    ),
  );
}

const names = (classes, margin, side) =>
  classes.flatMap((name, index) => {
    const at = margin + (index + 0.5) * side;
    const across = `translate(${at + 4} ${margin - 6}) rotate(-90)`;
    return [
      svg('text', { x: margin - 6, y: at + 4, 'text-anchor': 'end' }, cut(name)),
      svg('text', { transform: across }, cut(name)),
    ];
  });

const axes = (size, margin) => [
  svg('text', { x: margin, y: margin - 7 }, 'taken for'),
  svg('text', { transform: `translate(${margin - 7} ${size - 2}) rotate(-90)` }, 'what it shows'),
];

const cut = (name) => (name.length > 16 ? `${name.slice(0, 15)}…` : name);
