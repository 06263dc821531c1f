/** The plots of the reports, as vega-lite specifications. */
import type { TopLevelSpec } from 'vega-lite';
import { type Measured, type SystemResult, summariseErrors } from '../results.js';

/** Size of the area between the axes, pixels. */
const WIDTH = 640;
/** The same where long names stand beside it. */
const NARROW = 420;

/** Each system's error here, with twice its standard error to either side, beside the paper's. */
export function errorsPlot(systems: readonly SystemResult[], measured: Measured): TopLevelSpec {
  const values = systems.flatMap((system) => {
    const { description, paper } = system.recipe;
    const summary = summariseErrors(system, measured);
    return [
      ...(paper ? [{ system: description, source: 'the paper, test', error: paper.error }] : []),
      ...(summary
        ? [
            {
              system: description,
              source: `here, ${measured}`,
              error: 100 * summary.mean,
              low: 100 * Math.max(0, summary.mean - 2 * summary.standardError),
              high: 100 * (summary.mean + 2 * summary.standardError),
            },
          ]
        : []),
    ];
  });
  const y = { field: 'system', type: 'nominal', sort: null, title: null } as const;
  const color = {
    field: 'source',
    type: 'nominal',
    sort: null,
    legend: { title: null, orient: 'top' },
  } as const;
  const scale = { zero: true, nice: true };
  return {
    data: { values },
    width: NARROW,
    height: { step: 40 },
    layer: [
      {
        transform: [{ filter: 'isValid(datum.low)' }],
        mark: { type: 'rule', strokeWidth: 2 },
        encoding: { y, x: { field: 'low', type: 'quantitative' }, x2: { field: 'high' }, color },
      },
      {
        mark: { type: 'point', filled: true, size: 90, opacity: 1 },
        encoding: {
          y,
          x: { field: 'error', type: 'quantitative', title: 'error, %', scale },
          color,
          shape: { field: 'source', type: 'nominal', sort: null },
        },
      },
    ],
  } as TopLevelSpec;
}

/** A point of a learning curve. */
export interface CurvePoint {
  readonly system: string;
  readonly seed: number;
  readonly epoch: number;
  /** Which images: those trained on, or those scored after each epoch. */
  readonly images: 'training' | Measured;
  /** Per cent. */
  readonly error: number;
}

export function curvePoints(systems: readonly SystemResult[]): CurvePoint[] {
  return systems.flatMap(({ recipe, runs }) =>
    runs.flatMap(({ config: { seed }, metrics }) =>
      metrics.flatMap(({ epoch, trainError, validationError, testError }): CurvePoint[] => {
        const point = (images: CurvePoint['images'], share: number | undefined) =>
          share === undefined
            ? []
            : [{ system: recipe.description, seed, epoch, images, error: 100 * share }];
        return [
          ...point('training', trainError),
          ...point('validation', validationError),
          ...point('test', testError),
        ];
      }),
    ),
  );
}

/** Error per epoch, as in figure 3; of several seeds the mean. */
export function curvesPlot(systems: readonly SystemResult[]): TopLevelSpec {
  const legend = { title: null, orient: 'top', direction: 'vertical' } as const;
  return {
    data: { values: curvePoints(systems) },
    width: WIDTH,
    height: 360,
    mark: { type: 'line', strokeWidth: 2 },
    encoding: {
      x: { field: 'epoch', type: 'quantitative', axis: { tickMinStep: 1, format: 'd' } },
      y: { field: 'error', type: 'quantitative', aggregate: 'mean', title: 'error, %' },
      color: { field: 'system', type: 'nominal', sort: null, legend },
      strokeDash: {
        field: 'images',
        type: 'nominal',
        sort: null,
        legend: { ...legend, symbolStrokeWidth: 2 },
      },
    },
  } as TopLevelSpec;
}
