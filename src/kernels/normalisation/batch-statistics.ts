import { Tensor } from '../../tensor/tensor.js';
import { defineKernel, elementCost, launch } from '../kernel.js';
import { allParts, channelParams, channelsGrid, channelsOf, elements, partsGrid } from './channels.js';

const shader = 'normalisation/batch_statistics.wgsl';

/** Numbers that a part of a channel comes to: a pivot, and two sums with what was rounded away. */
const OF_PART = 5;

/** Floating-point operations that put two parts together. */
const PUT_TOGETHER = 16;

/** Sums of each part of each channel. */
export const batchStatisticsPartial = defineKernel({
  name: 'batchStatistics.partial',
  shader,
  entryPoint: 'partial_statistics',
  bindings: { x: 'read', partial: 'write' },
  params: channelParams,
  grid: partsGrid,
  cost: (p) => elementCost(elements(p) + OF_PART * allParts(p), 4 * elements(p)),
});

/** Mean and variance, from the sums of the parts. */
export const batchStatisticsMoments = defineKernel({
  name: 'batchStatistics.moments',
  shader,
  entryPoint: 'statistics',
  bindings: { partials: 'read', mean: 'write', variance: 'write' },
  params: channelParams,
  grid: channelsGrid,
  cost: (p) => elementCost(OF_PART * allParts(p) + 2 * p.channels, PUT_TOGETHER * allParts(p)),
});

/** The same, and running statistics moved towards them in place. */
export const batchStatisticsMomentsAndRunning = defineKernel({
  name: 'batchStatistics.momentsAndRunning',
  shader,
  entryPoint: 'statistics_and_running',
  bindings: {
    partials: 'read',
    mean: 'write',
    variance: 'write',
    running_mean: 'write',
    running_variance: 'write',
  },
  params: channelParams,
  grid: channelsGrid,
  cost: (p) =>
    elementCost(OF_PART * allParts(p) + 6 * p.channels, PUT_TOGETHER * allParts(p) + 7 * p.channels),
});

/** Mean and variance of each channel, `[C]`, of a batch or running; the variance is divided by the count. */
export interface Statistics {
  readonly mean: Tensor;
  readonly variance: Tensor;
}

/** Running statistics, and how much of the way to those of a batch they move. */
export interface Running extends Statistics {
  readonly momentum: number;
}

/**
 * Mean and variance of each channel of x `[N, C, ...]`.
 * @param running is moved towards them in place, its variance towards that divided by the count less 1
 */
export function batchStatistics(x: Tensor, running?: Running): Statistics {
  const { device } = x;
  const { sizes, constants, ends } = channelsOf(x);
  const partial = new Tensor(device, [sizes.channels, ends.sizes.parts, OF_PART]);
  const [mean, variance] = [new Tensor(device, [sizes.channels]), new Tensor(device, [sizes.channels])];
  launch(batchStatisticsPartial, { x, partial }, sizes, constants);
  const moments = { partials: partial, mean, variance };
  if (running) {
    const { mean: running_mean, variance: running_variance, momentum } = running;
    launch(
      batchStatisticsMomentsAndRunning,
      { ...moments, running_mean, running_variance },
      { ...ends.sizes, momentum },
      ends.constants,
    );
  } else {
    launch(batchStatisticsMoments, moments, ends.sizes, ends.constants);
  }
  partial.dispose();
  return { mean, variance };
}
