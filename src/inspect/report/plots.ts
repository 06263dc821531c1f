/** The plots of a report's picture, as vega-lite specifications. */
import type { TopLevelSpec } from 'vega-lite';
import type { ByClass } from '../../train/answers/by-class.js';
import type { RunRecord } from './run-record.js';

/** Width of the area between the axes of each of two plots side by side, pixels. */
const WIDTH = 420;

/** A point of a learning curve. */
export interface CurvePoint {
  readonly run: string;
  readonly images: 'training' | 'validation' | 'test';
  readonly epoch: number;
  /** Nats. */
  readonly loss: number;
  /** Per cent. */
  readonly error: number;
}

/** The curves of runs; what one was scored on only at its end is a point there. */
export function curvePoints(runs: readonly RunRecord[]): CurvePoint[] {
  return runs.flatMap(({ name, metrics, result }) => {
    const point = (images: CurvePoint['images'], epoch: number, loss?: number, error?: number) =>
      loss === undefined || error === undefined
        ? []
        : [{ run: name, images, epoch, loss, error: 100 * error }];
    const last = metrics.at(-1);
    const final = last?.testError === undefined ? result?.test : undefined;
    return [
      ...metrics.flatMap((of) => [
        ...point('training', of.epoch, of.trainLoss, of.trainError),
        ...point('validation', of.epoch, of.validationLoss, of.validationError),
        ...point('test', of.epoch, of.testLoss, of.testError),
      ]),
      ...point('test', last?.epoch ?? 0, final?.loss, final?.error),
    ];
  });
}

/** Loss and error after each epoch, side by side. */
export function curvesPlot(points: readonly CurvePoint[]): TopLevelSpec {
  const legend = { title: null, orient: 'top', direction: 'vertical' } as const;
  const strokeDash = {
    ...{ field: 'images', type: 'nominal' },
    scale: {
      domain: ['training', 'validation', 'test'],
      range: [
        [2, 3],
        [7, 4],
        [1, 0],
      ],
    },
    legend: { ...legend, symbolStrokeWidth: 2 },
  };
  const plot = (field: 'loss' | 'error', title: string) => ({
    width: WIDTH,
    height: 300,
    encoding: {
      x: { field: 'epoch', type: 'quantitative', axis: { tickMinStep: 1, format: 'd' } },
      y: { field, type: 'quantitative', title },
      color: { field: 'run', type: 'nominal', sort: null, legend },
    },
    layer: [
      { mark: { type: 'line', strokeWidth: 2 }, encoding: { strokeDash } },
      { mark: { type: 'point', filled: true, opacity: 1 } },
    ],
  });
  return {
    data: { values: points },
    hconcat: [plot('loss', 'loss, nats'), plot('error', 'error, %')],
  } as TopLevelSpec;
}

/** Classes of whose matrix the numbers have room in its cells. */
const NUMBERED = 20;

/** What the images of each class are taken for: of each class the share, with the counts in the cells. */
export function confusionPlot({ classes, scores, confusion }: ByClass): TopLevelSpec {
  const values = confusion.flatMap((row, label) =>
    row.map((images, guess) => ({
      ...{ images, shows: classes[label], taken: classes[guess] },
      share: images / Math.max(1, scores[label]!.count),
    })),
  );
  const numbered = classes.length <= NUMBERED;
  const side = numbered ? 36 : 6;
  const axis = numbered ? {} : { labels: false, ticks: false };
  const cells = {
    mark: 'rect',
    encoding: {
      color: {
        field: 'share',
        type: 'quantitative',
        scale: { range: ['#f3f5f9', '#174a8c'], domain: [0, 1] },
        legend: null,
      },
    },
  };
  const numbers = {
    transform: [{ filter: 'datum.images > 0' }],
    mark: { type: 'text', fontSize: 11 },
    encoding: {
      text: { field: 'images' },
      color: { condition: { test: 'datum.share > 0.5', value: 'white' }, value: 'black' },
    },
  };
  return {
    data: { values },
    width: side * classes.length,
    height: side * classes.length,
    encoding: {
      y: { field: 'shows', type: 'nominal', sort: null, title: 'what the image shows', axis },
      x: {
        ...{ field: 'taken', type: 'nominal', sort: null, title: 'what it is taken for' },
        axis: { ...axis, orient: 'top' },
      },
    },
    layer: numbered ? [cells, numbers] : [cells],
  } as TopLevelSpec;
}
