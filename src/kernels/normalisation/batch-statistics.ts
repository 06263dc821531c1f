import { sizeOf } from '../../tensor/shape.js';
import { Tensor } from '../../tensor/tensor.js';
import { defineKernel, ENOUGH_WORKGROUPS, elementCost, launch, linearGrid, NEIGHBOURS } from '../kernel.js';
import { BUSY_THREADS } from '../reduce.js';

const params = {
  batch: 'u32',
  channels: 'u32',
  length: 'u32',
  rows: 'u32',
  columns: 'u32',
  nothing: 'u32',
} as const;

type Params = Readonly<Record<keyof typeof params, number>>;

const elements = ({ batch, channels, length }: Params): number => batch * channels * length;
const parts = ({ rows, channels, columns }: Params): number => rows * channels * columns;

/** Floating-point operations of an addition that keeps what it rounds away. */
const TWO_SUM = 7;

export const batchStatisticsValues = defineKernel({
  name: 'batchStatistics.values',
  shader: 'normalisation/batch_statistics.wgsl',
  entryPoint: 'values',
  bindings: { x: 'read', partial_sums: 'write', partial_rests: 'write' },
  params,
  grid: (p) => linearGrid(parts(p)),
  cost: (p) => elementCost(elements(p) + 2 * parts(p), TWO_SUM * elements(p)),
});

export const batchStatisticsSquaredDeviations = defineKernel({
  name: 'batchStatistics.squaredDeviations',
  shader: 'normalisation/batch_statistics.wgsl',
  entryPoint: 'squared_deviations',
  bindings: { x: 'read', partial_sums: 'write', partial_rests: 'write', mean: 'read' },
  params,
  grid: (p) => linearGrid(parts(p)),
  cost: (p) => elementCost(elements(p) + 2 * parts(p), (TWO_SUM + 2) * elements(p)),
});

export const batchStatisticsMeanOf = defineKernel({
  name: 'batchStatistics.meanOf',
  shader: 'normalisation/batch_statistics.wgsl',
  entryPoint: 'mean_of',
  bindings: { sums: 'read', rests: 'read', result: 'write' },
  params,
  grid: ({ channels }) => [Math.min(channels, ENOUGH_WORKGROUPS), 1, 1],
  cost: (p) => elementCost(2 * parts(p) + p.channels, TWO_SUM * parts(p)),
});

/** Mean and variance of each channel, `[C]`, of a batch or running; the variance is divided by the count. */
export interface Statistics {
  readonly mean: Tensor;
  readonly variance: Tensor;
}

/** The size of `x` [N, C, ...] as the shaders see it, and how partial sums split each channel among enough threads. */
export function splitOf(x: Tensor) {
  const [batch, channels, ...positions] = x.shape;
  const length = sizeOf(positions);
  const columns = Math.min(length, Math.max(NEIGHBOURS, Math.ceil(BUSY_THREADS / (channels * batch))));
  const rows = Math.min(batch, Math.ceil(BUSY_THREADS / (channels * columns)));
  return { batch, channels, length, rows, columns, nothing: 0 };
}

/** Mean and variance of each channel of x `[N, C, H, W]`. */
export function batchStatistics(x: Tensor): Statistics {
  const split = splitOf(x);
  const shape = [split.rows, split.channels, split.columns];
  const [sums, rests] = [new Tensor(x.device, shape), new Tensor(x.device, shape)];
  const partial = { partial_sums: sums, partial_rests: rests };
  const [mean, variance] = [new Tensor(x.device, [split.channels]), new Tensor(x.device, [split.channels])];
  launch(batchStatisticsValues, { x, ...partial }, split);
  launch(batchStatisticsMeanOf, { sums, rests, result: mean }, split);
  launch(batchStatisticsSquaredDeviations, { x, ...partial, mean }, split);
  launch(batchStatisticsMeanOf, { sums, rests, result: variance }, split);
  sums.dispose();
  rests.dispose();
  return { mean, variance };
}
