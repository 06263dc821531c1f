/** A chart of lines over a common axis, drawn anew for every width, with the values under the pointer beside it. */
import { element, svg } from '../elements.js';

const HEIGHT = 270;
const MARGIN = { top: 10, right: 14, bottom: 34, left: 52 };

/**
 * @param series each with its `name`, `colour` and `dash` as SVG has them, and `points`: `[x, y]` in order of x
 * @param options `title`; `x`, what the axis below shows, and `whole`, whether that is counted; `log`, a logarithmic axis at the left;
 *   `format`, a value as a text, and `tick`, one beside the axis
 */
export function lineChart(series, { title, ...options }) {
  const plot = element('div', { class: 'plot' });
  const draw = (width) => plot.replaceChildren(...drawing(series, { ...options, title, width }));
  new ResizeObserver(([{ contentRect }]) => draw(contentRect.width)).observe(plot);
  return element('figure', { class: 'chart' }, element('h3', {}, title), plot);
}

function drawing(series, { x, whole, log, format, tick = format, title, width }) {
  const shown = series
    .map((one) => ({ ...one, points: log ? one.points.filter(([, y]) => y > 0) : one.points }))
    .filter(({ points }) => points.length > 0);
  if (shown.length === 0 || width < MARGIN.left + MARGIN.right + 20) {
    return [element('p', { class: 'quiet nothing' }, 'Nothing yet.')];
  }
  const across = axis(
    shown.flatMap(({ points }) => points.map(([at]) => at)),
    { from: MARGIN.left, to: width - MARGIN.right, most: width / 70, whole },
  );
  const up = axis(
    shown.flatMap(({ points }) => points.map(([, y]) => y)),
    { from: HEIGHT - MARGIN.bottom, to: MARGIN.top, most: 6, log, zero: !log },
  );
  const guide = svg('g', { class: 'guide' });
  const readout = element('div', { class: 'readout', hidden: true });
  const picture = svg(
    'svg',
    { ...{ width, height: HEIGHT, role: 'img' }, 'aria-label': `${title}, by ${x}` },
    grid(across, up, { width, x, label: tick }),
    shown.map((one) => line(one, across, up)),
    guide,
  );
  const stops = [...new Set(shown.flatMap(({ points }) => points.map(([at]) => at)))];
  picture.addEventListener('pointermove', ({ offsetX }) => {
    const at = nearest(stops, offsetX, across);
    point(at, { shown, across, up, guide, readout, width, x, format });
  });
  picture.addEventListener('pointerleave', () => {
    guide.replaceChildren();
    readout.hidden = true;
  });
  return [picture, readout];
}

/**
 * Where values lie on a line from one pixel to another, and at which of them there is a tick.
 * @param whole are there ticks at whole numbers only?
 */
function axis(values, { from, to, most, log = false, zero = false, whole = false }) {
  let [low, high] = [Math.min(...values, zero ? 0 : Number.POSITIVE_INFINITY), Math.max(...values)];
  if (low === high) [low, high] = log ? [low / 2, high * 2] : [low - (zero ? 0 : 0.5), high + 0.5];
  const step = stepOf(low, high, most, whole);
  // A line that begins at zero ends at a tick too.
  if (zero) high = step * Math.ceil(high / step - 1e-9);
  const forward = log ? Math.log10 : (value) => value;
  const [start, end] = [low, high].map(forward);
  return {
    place: (value) => from + ((to - from) * (forward(value) - start)) / (end - start),
    ticks: log ? logTicks(low, high, most) : linearTicks(low, high, step),
  };
}

/** 1, 2 or 5 times a power of ten. */
function stepOf(low, high, most, whole) {
  const rough = Math.max((high - low) / Math.max(1, most), whole ? 1 : 0);
  const power = 10 ** Math.floor(Math.log10(rough));
  return power * [1, 2, 5, 10].find((factor) => factor * power >= rough * 0.999);
}

function linearTicks(low, high, step) {
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  return Array.from({ length: last - first + 1 }, (_, index) =>
    Number(((first + index) * step).toPrecision(12)),
  );
}

/** 1, 2 and 5 times the powers of ten; of many, the powers alone. */
function logTicks(low, high, most) {
  const within = (factors) => {
    const ticks = [];
    for (let power = Math.floor(Math.log10(low)); power <= Math.log10(high); power++) {
      ticks.push(...factors.map((factor) => factor * 10 ** power));
    }
    return ticks.filter((tick) => tick >= low * 0.999 && tick <= high * 1.001);
  };
  const candidates = [[1, 2, 3, 4, 5, 6, 7, 8, 9], [1, 2, 5], [1, 3], [1]].map(within);
  const fitting = candidates.find((ticks) => ticks.length <= most + 2) ?? candidates.at(-1);
  return fitting.length > 0 ? fitting : [low, high];
}

function grid(across, up, { width, x, label }) {
  const bottom = HEIGHT - MARGIN.bottom;
  return svg(
    'g',
    { class: 'grid' },
    up.ticks.flatMap((tick) => [
      svg('line', { x1: MARGIN.left, x2: width - MARGIN.right, y1: up.place(tick), y2: up.place(tick) }),
      svg('text', { x: MARGIN.left - 8, y: up.place(tick) + 4, 'text-anchor': 'end' }, label(tick)),
    ]),
    across.ticks.map((tick) =>
      svg('text', { x: across.place(tick), y: bottom + 17, 'text-anchor': 'middle' }, String(tick)),
    ),
    svg('line', { class: 'axis', x1: MARGIN.left, x2: width - MARGIN.right, y1: bottom, y2: bottom }),
    svg('text', { x: width - MARGIN.right, y: HEIGHT - 3, 'text-anchor': 'end' }, x),
  );
}

/** Up to as many points are drawn as dots too. */
const FEW = 40;

function line({ points, colour, dash }, across, up) {
  const places = points.map(([at, y]) => [across.place(at), up.place(y)]);
  const path = places.map(([at, y], index) => `${index === 0 ? 'M' : 'L'}${at.toFixed(1)} ${y.toFixed(1)}`);
  const dots = places.length > FEW ? [] : places;
  return svg(
    'g',
    { style: `color: ${colour}` },
    svg('path', { d: path.join(''), class: 'line', 'stroke-dasharray': dash }),
    dots.map(([cx, cy]) => svg('circle', { cx, cy, r: places.length === 1 ? 4 : 2.5 })),
  );
}

const nearest = (stops, pixel, { place }) =>
  stops.reduce((best, stop) => (Math.abs(place(stop) - pixel) < Math.abs(place(best) - pixel) ? stop : best));

/** Show what all lines are at one place. */
function point(at, { shown, across, up, guide, readout, width, x, format }) {
  const values = shown
    .map(({ points, ...one }) => ({ ...one, y: points.find(([other]) => other === at)?.[1] }))
    .filter(({ y }) => y !== undefined)
    .sort((one, other) => other.y - one.y);
  const place = across.place(at);
  guide.replaceChildren(
    svg('line', { x1: place, x2: place, y1: MARGIN.top, y2: HEIGHT - MARGIN.bottom }),
    ...values.map(({ y, colour }) =>
      svg('circle', { cx: place, cy: up.place(y), r: 4, style: `color: ${colour}` }),
    ),
  );
  readout.hidden = false;
  readout.replaceChildren(
    element('strong', {}, `${x} ${Number.isInteger(at) ? at : at.toFixed(1)}`),
    ...values.map(({ name, colour, dash, y }) =>
      element('div', {}, sample(colour, dash), ` ${name} `, element('b', {}, format(y))),
    ),
  );
  // Beside the pointer, on the side that has more room.
  readout.style.left = place > width / 2 ? '' : `${place + 12}px`;
  readout.style.right = place > width / 2 ? `${width - place + 12}px` : '';
}

/** A piece of a line, for a legend. */
export const sample = (colour, dash) =>
  svg(
    'svg',
    { class: 'sample', width: 26, height: 10, style: `color: ${colour}`, 'aria-hidden': 'true' },
    svg('line', { class: 'line', x1: 1, x2: 25, y1: 5, y2: 5, 'stroke-dasharray': dash }),
  );
