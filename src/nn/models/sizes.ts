import { type WindowOptions, windowedSize, windowOf } from '../../tensor/shape.js';

/** Rows and columns of maps, or of images. */
export type Size = readonly [number, number];

/** The size of what comes out of convolutions and pools one after the other. */
export const sizeAfter = (windows: readonly WindowOptions[], size: Size): Size =>
  windows.reduce<Size>((before, window) => windowedSize('model', before, windowOf('model', window)), size);

/** How many maps a layer has in a net of another width: at least one. */
export const widened = (maps: number, width: number): number => Math.max(1, Math.round(maps * width));
