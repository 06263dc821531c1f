/** What the numbers were like that passed through the net while it was trained. */
import { element, svg } from '../elements.js';
import { percent, short, whole } from './numbers.js';

const WIDTH = 120;
const TALL = 26;

export function probes(series) {
  const of = (kind) => series.filter(({ probe }) => probe === kind);
  return element(
    'div',
    {},
    probeTable('Activations', of('activation'), 'What each layer made of its input'),
    probeTable('Gradients', of('gradient'), "The loss's gradient by each parameter"),
  );
}

function probeTable(title, series, what) {
  if (series.length === 0) return undefined;
  const head = [
    '',
    'deviation',
    'over the steps',
    'zeros',
    'over the steps',
    'mean',
    'least',
    'most',
    'not finite',
  ];
  const numeric = [1, 3, 5, 6, 7, 8];
  const rows = series.map((one) => {
    const { last, deviations, zeros, notFinite } = one;
    const cells = [
      one.name,
      number(last.deviation),
      spark(deviations, { log: true }),
      percent(last.zeros / last.count),
      spark(zeros, { low: 0, high: 1 }),
      ...[last.mean, last.least, last.most].map(number),
      notFinite > 0 ? element('strong', { class: 'alarm' }, whole(notFinite)) : '0',
    ];
    return element(
      'tr',
      {},
      cells.map((cell, column) => element('td', { class: numeric.includes(column) && 'number' }, cell)),
    );
  });
  const heading = (text, column) =>
    element('th', { scope: 'col', class: numeric.includes(column) && 'number' }, text);
  const { steps } = series[0];
  return element(
    'figure',
    {},
    element('h3', {}, title),
    element(
      'div',
      { class: 'scroll' },
      element(
        'table',
        { class: 'probes' },
        element('thead', {}, element('tr', {}, head.map(heading))),
        element('tbody', {}, rows),
      ),
    ),
    element(
      'figcaption',
      {},
      `${what}: numbers of step ${whole(steps.at(-1))}, curves from step ${whole(steps[0])} on; the deviation's axis is logarithmic.`,
    ),
  );
}

const number = (value) => (value === null ? 'none' : short(value));

/** A curve as small as a word, over its own range or one that is given. */
function spark(values, { log = false, low, high }) {
  const heights = values.map((value) => (log && value !== null ? Math.log(Math.max(value, 1e-30)) : value));
  const finite = heights.filter((height) => height !== null);
  const [least, most] = [low ?? Math.min(...finite), high ?? Math.max(...finite)];
  const across = (index) => 2 + ((WIDTH - 4) * index) / Math.max(1, values.length - 1);
  const up = (height) => TALL - 3 - ((TALL - 6) * (height - least)) / (most - least || 1);
  const path = heights
    .map((height, index) => (height === null ? '' : `${across(index).toFixed(1)},${up(height).toFixed(1)}`))
    .filter((point) => point !== '');
  return svg(
    'svg',
    { class: 'spark', width: WIDTH, height: TALL, 'aria-hidden': 'true' },
    path.length > 0 ? svg('polyline', { points: path.join(' ') }) : undefined,
  );
}
