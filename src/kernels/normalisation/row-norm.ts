/** Layer norm and group norm: `shaders/normalisation/row_norm.wgsl` has the formulas. */
import type { Device } from '../../gpu/device.js';
import { Tensor } from '../../tensor/tensor.js';
import type { Grid } from '../grid.js';
import { defineKernel, ENOUGH_WORKGROUPS, elementCost, launch } from '../kernel.js';
import { sumOver } from '../reductions/reduce.js';

const shader = 'normalisation/row_norm.wgsl';

const params = {
  batch: 'u32',
  groups: 'u32',
  channels: 'u32',
  positions: 'u32',
  parts: 'u32',
  eps: 'f32',
  nothing: 'u32',
} as const;

type Params = Readonly<Record<keyof typeof params, number>>;

/** x as the shader sees it, `[batch, groups, channels, positions]`: the rows are what the first two axes have. */
export type RowLayout = Pick<Params, 'batch' | 'groups' | 'channels' | 'positions'>;

const rowsOf = ({ batch, groups }: RowLayout): number => batch * groups;
const lengthOf = ({ channels, positions }: RowLayout): number => channels * positions;
const channelsOf = ({ groups, channels }: RowLayout): number => groups * channels;
const elements = (p: RowLayout): number => rowsOf(p) * lengthOf(p);

/** As many workgroups as have rows of their own; where there are more, they take turns. */
const MOST_WORKGROUPS = 8192;

const teamsGrid = (teams: number, { WORKGROUP, LANES }: Readonly<Record<string, unknown>>): number =>
  Math.min(Math.ceil((teams * Number(LANES)) / Number(WORKGROUP)), MOST_WORKGROUPS);

/** y, and the mean and inverse deviation of each row. */
export const rowNormNormalise = defineKernel({
  name: 'rowNorm.normalise',
  shader,
  entryPoint: 'normalise',
  bindings: { x: 'read', beta: 'read', moments: 'write', gamma: 'read', y: 'write' },
  storage: { Stored: ['x', 'y'] },
  params,
  grid: (p, constants): Grid => [teamsGrid(rowsOf(p), constants), 1, 1],
  // x is read three times, of which a cache should serve two.
  cost: (p, { Stored }) => elementCost(2 * elements(p), 18 * elements(p), Stored),
});

/** dx, from dy. */
export const rowNormInputGradient = defineKernel({
  name: 'rowNorm.inputGradient',
  shader,
  entryPoint: 'input_gradient',
  bindings: { x: 'read', row_moments: 'read', y_gradient: 'read', gamma: 'read', x_gradient: 'write' },
  storage: { Stored: ['x', 'y_gradient', 'x_gradient'] },
  params,
  grid: (p, constants): Grid => [teamsGrid(rowsOf(p), constants), 1, 1],
  cost: (p, { Stored }) => elementCost(3 * elements(p), 13 * elements(p), Stored),
});

/** The gradients of gamma and beta, from each part of the batch. */
export const rowNormPartialSums = defineKernel({
  name: 'rowNorm.partialSums',
  shader,
  entryPoint: 'partial_sums',
  bindings: { x: 'read', row_moments: 'read', y_gradient: 'read', gamma_sums: 'write', beta_sums: 'write' },
  storage: { Stored: ['x', 'y_gradient'] },
  params,
  grid: (p, constants): Grid => [teamsGrid(channelsOf(p), constants), p.parts, 1],
  cost: (p, { Stored }) => ({
    flops: 5 * elements(p),
    bytes: 2 * Stored * elements(p) + 8 * p.parts * channelsOf(p),
  }),
});

/** Numbers of a row that a thread should have at least, for another to be worth it. */
const WORTH_A_THREAD = 4;

/** Threads of a workgroup, and those of them that share `length` numbers. On a software driver few threads cost less. */
function teamsFor(device: Device, length: number): { readonly WORKGROUP: number; readonly LANES: number } {
  const WORKGROUP = device.adapter.software ? 32 : 256;
  const wanted = 2 ** Math.floor(Math.log2(Math.max(1, length / WORTH_A_THREAD)));
  return { WORKGROUP, LANES: Math.min(wanted, WORKGROUP) };
}

/** What normalises, and what its gradients need of that. */
export interface Rows {
  readonly layout: RowLayout;
  /** A number for each channel of each group, or null for 1. */
  readonly gamma: Tensor | null;
  readonly eps: number;
}

const whole = ({ layout, eps }: Rows): Params => ({ ...layout, parts: 1, eps, nothing: 0 });

/**
 * y of x's shape, and the moments of each row, `[rows, 2]`: its mean, and 1 / sqrt(variance + eps).
 * @param beta as gamma, or null for 0
 */
export function rowNorm(x: Tensor, rows: Rows, beta: Tensor | null): { y: Tensor; moments: Tensor } {
  const { layout, gamma } = rows;
  const y = new Tensor(x.device, x.shape, x.dtype);
  const moments = new Tensor(x.device, [rowsOf(layout), 2]);
  if (x.size > 0) {
    const operands = { x, gamma: gamma ?? undefined, beta: beta ?? undefined, moments, y };
    const constants = { SCALED: gamma !== null, SHIFTED: beta !== null };
    launch(rowNormNormalise, operands, whole(rows), {
      ...teamsFor(x.device, lengthOf(layout)),
      ...constants,
    });
  }
  return { y, moments };
}

/** The gradient of `rowNorm` at x, from that of y. */
export function rowNormGradient(outputGradient: Tensor, x: Tensor, moments: Tensor, rows: Rows): Tensor {
  const { layout, gamma } = rows;
  const gradient = new Tensor(x.device, x.shape, x.dtype);
  if (x.size > 0) {
    launch(
      rowNormInputGradient,
      {
        x,
        gamma: gamma ?? undefined,
        row_moments: moments,
        y_gradient: outputGradient,
        x_gradient: gradient,
      },
      whole(rows),
      { ...teamsFor(x.device, lengthOf(layout)), SCALED: gamma !== null },
    );
  }
  return gradient;
}

/** The gradients of `rowNorm` at gamma and beta, `[groups * channels]` each, from that of y. */
export function rowNormParameterGradients(
  outputGradient: Tensor,
  x: Tensor,
  moments: Tensor,
  rows: Rows,
): { gamma: Tensor; beta: Tensor } {
  const { layout } = rows;
  const { device } = x;
  const constants = teamsFor(device, layout.positions);
  const workgroups = teamsGrid(channelsOf(layout), constants);
  const parts = Math.max(1, Math.min(layout.batch, Math.floor(ENOUGH_WORKGROUPS / Math.max(1, workgroups))));
  const [gammaSums, betaSums] = [0, 1].map(() => new Tensor(device, [parts, channelsOf(layout)]));
  const operands = { x, row_moments: moments, y_gradient: outputGradient };
  launch(
    rowNormPartialSums,
    { ...operands, gamma_sums: gammaSums!, beta_sums: betaSums! },
    { ...whole(rows), parts },
    constants,
  );
  const [gamma, beta] = [gammaSums!, betaSums!].map((sums) => {
    const total = sumOver(sums, [0]);
    sums.dispose();
    return total;
  });
  return { gamma: gamma!, beta: beta! };
}
