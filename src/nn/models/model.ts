import type { Device } from '../../gpu/device.js';
import type { Module } from '../module.js';

/** What models can be asked for. One whose architecture has no place for it refuses. */
export interface ModelOptions {
  /** Multiplies the number of maps of every layer but the last, which has one map a class (default 1). */
  readonly width?: number;
  /** Probability that dropout clears a value, where the model has dropout (default 0.5). */
  readonly dropout?: number;
  /** `paper` (default): normal with the authors' standard deviations; `he`: He's, which starts faster. */
  readonly init?: 'paper' | 'he';
  /**
   * Leave out the ReLU on the class maps, which the authors' code has (default false). With it a net can die: where all logits
   * are 0, no gradient passes.
   */
  readonly linearHead?: boolean;
  /** The later variant: batch norm before every ReLU (default false). */
  readonly batchNorm?: boolean;
  /**
   * How maps become logits: `gap` (default), global average pooling over one map a class; `fc`, a fully connected layer;
   * `fc-dropout`, dropout and then that. The paper compares them in table 5 and section 4.6.
   */
  readonly head?: 'gap' | 'fc' | 'fc-dropout';
}

/** A model that can be asked for by name. How it is trained is a recipe's business. */
export interface ModelEntry {
  readonly description: string;
  /** Channels, rows, columns. */
  readonly input: readonly [number, number, number];
  readonly classes: number;
  /** `[N, ...input]` to logits `[N, classes]`. */
  readonly build: (device: Device, options?: ModelOptions) => Module;
}
