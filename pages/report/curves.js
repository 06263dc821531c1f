/** The learning curves of all runs, laid over each other. */
import { element } from '../elements.js';
import { lineChart, sample } from './chart.js';
import { percent, short } from './numbers.js';

/** Which images a curve is about, and how its line is drawn. */
const KINDS = [
  { kind: 'train', name: 'training', dash: '2 4' },
  { kind: 'validation', name: 'validation', dash: '7 4' },
  { kind: 'test', name: 'test', dash: undefined },
];

const CHARTS = [
  { title: 'Loss', field: 'Loss', format: short, scales: true },
  {
    title: 'Error',
    field: 'Error',
    format: percent,
    tick: (share) => `${short(100 * share)} %`,
    scales: true,
  },
  { title: 'Learning rate', of: ({ learningRate }) => learningRate, format: short, scales: true },
  { title: 'Images per second', of: ({ imagesPerSecond }) => imagesPerSecond, format: short },
];

/** What the reader chose: kept when the page is drawn anew. */
const chosen = { hidden: new Set(), log: false, time: false };

export const colourOf = (index) => `var(--series-${(index % 8) + 1})`;

/** The charts, and what they show. */
export function curves(runs) {
  const heading = element('h2', {}, 'Curves');
  if (runs.every(({ metrics }) => metrics.length === 0)) {
    return element('section', {}, heading, element('p', { class: 'quiet' }, 'No epoch is finished yet.'));
  }
  const charts = element('div', { class: 'columns' });
  const draw = () => charts.replaceChildren(...CHARTS.map((chart) => drawn(chart, runs)));
  draw();
  const choice = (label, name) =>
    element(
      'label',
      {},
      element('input', {
        type: 'checkbox',
        checked: chosen[name],
        onchange: ({ target }) => {
          chosen[name] = target.checked;
          draw();
        },
      }),
      ` ${label}`,
    );
  return element(
    'section',
    {},
    heading,
    element(
      'div',
      { class: 'controls' },
      runs.length > 1
        ? element(
            'div',
            { class: 'legend' },
            runs.map((run, index) => chip(run, index, draw)),
          )
        : undefined,
      element('div', { class: 'legend quiet' }, kindsIn(runs).map(kindLabel)),
      element('div', { class: 'legend' }, choice('logarithmic', 'log'), choice('by time', 'time')),
    ),
    charts,
  );
}

/** A run's name, which hides its curves and shows them again. */
function chip({ name }, index, draw) {
  return element(
    'button',
    {
      ...{ type: 'button', class: 'chip', style: `--colour: ${colourOf(index)}` },
      'aria-pressed': String(!chosen.hidden.has(name)),
      onclick: ({ currentTarget }) => {
        if (!chosen.hidden.delete(name)) chosen.hidden.add(name);
        currentTarget.ariaPressed = String(!chosen.hidden.has(name));
        draw();
      },
    },
    name,
  );
}

const kindLabel = ({ name, dash }) => element('span', {}, sample('currentColor', dash), ` ${name}`);

const kindsIn = (runs) =>
  KINDS.filter(({ kind }) =>
    runs.some((run) => pointsOf(run, `${kind}Error`, ({ error }) => error).length > 0),
  );

function drawn({ title, field, of, scales = false, ...formats }, runs) {
  const series = runs.flatMap((run, index) => {
    if (chosen.hidden.has(run.name)) return [];
    const named = (what) => (runs.length > 1 ? `${run.name}${what && `, ${what}`}` : what || title);
    const colour = colourOf(index);
    if (of) return [{ name: named(''), colour, points: spread(run, of) }];
    return KINDS.map(({ kind, name, dash }) => ({
      ...{ name: named(name), colour, dash },
      points: pointsOf(run, `${kind}${field}`, (score) => score[field.toLowerCase()]),
    }));
  });
  return lineChart(series, {
    ...{ title, ...formats, log: scales && chosen.log },
    ...(chosen.time ? { x: 'minute', whole: false } : { x: 'epoch', whole: true }),
  });
}

/** A curve after each epoch; what a run was scored on only once, at its end, is a point. */
function pointsOf(run, field, ofScore) {
  const points = spread(run, (epoch) => epoch[field]);
  const final = field.startsWith('test') && run.result?.test;
  return points.length === 0 && final ? spread(run, () => ofScore(final)).slice(-1) : points;
}

function spread({ metrics }, of) {
  let seconds = 0;
  return metrics
    .map((epoch) => {
      seconds += epoch.seconds;
      return [chosen.time ? seconds / 60 : epoch.epoch, of(epoch)];
    })
    .filter(([, y]) => y !== undefined);
}
