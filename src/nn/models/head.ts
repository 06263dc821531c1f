import type { Device } from '../../gpu/device.js';
import { type Initialiser, normal } from '../init.js';
import { Dropout } from '../layers/dropout.js';
import { Flatten } from '../layers/flatten.js';
import { GlobalAvgPool2d } from '../layers/global-avg-pool2d.js';
import { Linear } from '../layers/linear.js';
import type { Module } from '../module.js';
import type { ModelOptions } from './model.js';
import type { Size } from './sizes.js';

/** What a head is given, and what it makes of it. */
export interface HeadOptions {
  /** Maps that go in; for `gap` one a class. */
  readonly maps: number;
  /** Their rows and columns. */
  readonly size: Size;
  readonly classes: number;
  /** Probability that `fc-dropout` clears a value. */
  readonly dropout: number;
  /** How the weights of the fully connected layer start. */
  readonly init: Initialiser;
}

/**
 * From maps `[N, maps, ...size]` to logits `[N, classes]`. Global average pooling is a linear map of the flattened maps too,
 * one with fixed weights: 1 / area for a class's own map and 0 for the others (section 3.2). The other heads learn those weights.
 */
export function headLayers(
  device: Device,
  head: NonNullable<ModelOptions['head']>,
  { maps, size: [rows, columns], classes, dropout, init }: HeadOptions,
): Record<string, Module> {
  if (head === 'gap') return { gap: new GlobalAvgPool2d() };
  return {
    ...(head === 'fc-dropout' && { dropout: new Dropout(dropout) }),
    flatten: new Flatten(),
    fc: new Linear(device, maps * rows * columns, classes, { init }),
  };
}

/**
 * First weights of a layer whose outputs are logits or class maps without a ReLU, where the others have He's. That gain is made
 * for what a ReLU will halve; with it the first losses are far above those of guessing, and the first epoch goes into undoing
 * it. Small weights begin with nearly equal logits.
 */
export const LINEAR_HEAD = normal(0.01);
