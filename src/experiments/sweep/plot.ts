/** The plot of a sweep, as a vega-lite specification: the error over each field that was varied. */
import type { TopLevelSpec } from 'vega-lite';
import { type Dimension, formatValue } from './dimension.js';
import { bestOf, type TrialOutcome } from './outcome.js';

/** Size of a panel, in pixels, and what of it is kept free of points at the edges. */
const SIDE = 260;
const PADDING = 12;
/** From this ratio of the largest value to the smallest on, an axis is logarithmic. */
const WIDE = 20;

/**
 * A panel for each field: a point for each trial that is done, the best one marked, and where values are chosen from a list a
 * line through the best at each.
 */
export function sweepPlot(over: readonly Dimension[], outcomes: readonly TrialOutcome[]): TopLevelSpec {
  const best = bestOf(outcomes);
  const values = outcomes.flatMap((outcome) => {
    if (!outcome.validation) return [];
    const { name, settings } = outcome.trial;
    // Dots in a field's name would lead vega into it.
    const columns = over.map(({ field }, index) => [columnOf(index), plotted(settings[field])]);
    const kind = outcome === best ? 'best' : 'others';
    return [{ trial: name, error: 100 * outcome.validation.error, kind, ...Object.fromEntries(columns) }];
  });
  const panels = over.map((dimension, index) => {
    const x = { field: columnOf(index), ...axisOf(dimension) };
    const error = { field: 'error', title: 'validation error, %', scale: { zero: false, padding: PADDING } };
    const y = { ...error, type: 'quantitative' };
    const color = {
      field: 'kind',
      type: 'nominal',
      scale: { domain: ['best', 'others'], range: ['#d62728', '#1f77b4'] },
      legend: { title: null },
    };
    const line = { mark: { type: 'line', color: '#bbb' }, encoding: { x, y: { ...y, aggregate: 'min' } } };
    const points = {
      mark: { type: 'point', filled: true, size: 60, opacity: 0.9 },
      encoding: { x, y, color },
    };
    return { width: SIDE, height: SIDE, layer: 'scale' in dimension ? [points] : [line, points] };
  });
  return {
    data: { values },
    concat: panels,
    columns: 3,
  } as TopLevelSpec;
}

const columnOf = (index: number): string => `field${index}`;

const plotted = (value: unknown): string | number => (typeof value === 'number' ? value : formatValue(value));

function axisOf(dimension: Dimension) {
  const title = dimension.field;
  const ends = 'scale' in dimension ? [dimension.from, dimension.to] : dimension.values;
  const numbers = ends.filter((value) => typeof value === 'number');
  if (numbers.length < ends.length) return { title, type: 'nominal', sort: null, axis: { labelAngle: 0 } };
  const [least, most] = [Math.min(...numbers), Math.max(...numbers)];
  const log = 'scale' in dimension ? dimension.scale === 'log' : least > 0 && most / least >= WIDE;
  return {
    title,
    type: 'quantitative',
    scale: { padding: PADDING, ...(log ? { type: 'log' } : { zero: false }) },
  };
}
