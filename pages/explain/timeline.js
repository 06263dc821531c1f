/** The launches of the step one after the other, under the layers and the passes that they belong to. */
import { svg } from '../elements.js';
import { duration, percent } from '../numbers.js';
import { fitted, inSight, stepDrawing } from './drawing.js';
import { kindOfLaunch, placeOf } from './kinds.js';
import { tell } from './tip.js';

/** Pixels from one row to the next, those of a launch, and those of the scale below. */
const ROW = 23;
const LAUNCH_ROW = 44;
const SCALE = 22;

/** What launches are put together by, from the outside in; runs of launches of one name are one bar. */
const ROWS = [
  ({ direction }) => direction,
  ({ layer, op }) => layer.split('.')[0] || op,
  ({ layer }) => (layer.includes('.') ? layer : ''),
];

/** @param step its launches, in order; `choose(launch)` is called for one that is clicked */
export function timeline({ launches }, view, choose) {
  const rows = ROWS.map((nameOf, row) => runsOf(launches, (launch) => namesUpTo(row, launch), nameOf));
  const height = ROWS.length * ROW + LAUNCH_ROW + SCALE;
  let chosen;
  const { drawing, redraw } = stepDrawing(view, 'Timeline of the launches', height, (width) => [
    ...rows.flatMap((runs, row) => runs.flatMap((run) => runBar(run, row, view, width))),
    ...launches.flatMap((launch) => launchBar(launch, launch === chosen, view, width, choose)),
    ...scale(view, width, height),
  ]);
  return {
    drawing,
    mark(launch) {
      chosen = launch;
      redraw();
    },
  };
}

const namesUpTo = (row, launch) =>
  ROWS.slice(0, row + 1)
    .map((nameOf) => nameOf(launch))
    .join(' ');

/** Launches in a row with the same key, by where they begin and end. */
function runsOf(launches, keyOf, nameOf) {
  const runs = [];
  for (const launch of launches) {
    const key = keyOf(launch);
    const last = runs.at(-1);
    if (last?.key === key) last.to = launch.number;
    else runs.push({ key, name: nameOf(launch), from: launch.number, to: launch.number });
  }
  return runs.filter(({ name }) => name !== '');
}

function runBar({ key, name, from, to }, row, view, width) {
  const [begin, end] = [view.start(from), view.end(to)];
  const bar = inSight(view, begin, end, width);
  if (!bar) return [];
  const count = to - from + 1;
  const group = svg(
    'g',
    { class: `run row-${row}`, onclick: () => view.show(begin, end) },
    svg('rect', { ...bar, y: row * ROW, height: ROW - 2, rx: 3 }),
    svg('text', { x: Math.max(0, bar.x) + 5, y: row * ROW + 15 }, fitted(name, bar.width)),
  );
  const size = `${count} ${count === 1 ? 'launch' : 'launches'}, ${percent(end - begin)} of the step`;
  return [tell(group, key, size)];
}

function launchBar(launch, isChosen, view, width, choose) {
  const [begin, end] = [view.start(launch.number), view.end(launch.number)];
  const bar = inSight(view, begin, end, width);
  if (!bar) return [];
  const y = ROWS.length * ROW;
  const [, colour] = kindOfLaunch(launch);
  const { kernel, number, op, milliseconds, product } = launch;
  const group = svg(
    'g',
    { class: `launch${isChosen ? ' chosen' : ''}`, onclick: () => choose(launch) },
    svg('rect', { ...bar, y, height: LAUNCH_ROW - 2, style: `fill: var(${colour})` }),
    svg('text', { x: Math.max(0, bar.x) + 5, y: y + 17 }, fitted(op, bar.width)),
    svg('text', { x: Math.max(0, bar.x) + 5, y: y + 33, class: 'second' }, fitted(kernel, bar.width)),
  );
  const time = milliseconds === undefined ? '' : `${duration(milliseconds)}, `;
  return [
    tell(
      group,
      `${number}  ${placeOf(launch)}`,
      product ? `${kernel}, variant ${product.variant}` : kernel,
      `${time}${percent(end - begin)} of the step`,
    ),
  ];
}

/** Marks at round numbers of the measure. */
function scale(view, width, height) {
  const [from, to] = [view.from * view.whole, view.to * view.whole];
  const step = roundStep((to - from) / Math.max(2, width / 130));
  const decimals = Math.max(0, -Math.floor(Math.log10(step)));
  const marks = [];
  for (let index = Math.ceil(from / step); index * step <= to; index++) {
    const x = view.place((index * step) / view.whole) * width;
    marks.push(
      svg('line', { class: 'mark', x1: x, x2: x, y1: height - SCALE, y2: height - SCALE + 5 }),
      svg(
        'text',
        {
          class: 'mark',
          x: Math.min(width - 2, Math.max(2, x)),
          y: height - 4,
          'text-anchor': anchor(x, width),
        },
        `${(index * step).toFixed(decimals)} ${view.measure}`,
      ),
    );
  }
  return marks;
}

const anchor = (x, width) => (x < 30 ? 'start' : x > width - 30 ? 'end' : 'middle');

/** 1, 2 or 5 times a power of ten, at least this. */
function roundStep(least) {
  const power = 10 ** Math.floor(Math.log10(least));
  return [1, 2, 5, 10].map((times) => times * power).find((step) => step >= least);
}
