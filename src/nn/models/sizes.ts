import { ArgumentError } from '../../errors/errors.js';
import { type WindowOptions, windowedSize, windowOf } from '../../tensor/shape.js';

/** Rows and columns of maps, or of images. */
export type Size = readonly [number, number];

/** The size of what comes out of convolutions and pools one after the other. */
export const sizeAfter = (windows: readonly WindowOptions[], size: Size): Size =>
  windows.reduce<Size>((before, window) => windowedSize('model', before, windowOf('model', window)), size);

/** How many maps a layer has in a net of another width. */
export const widened = (maps: number, width: number): number => Math.round(maps * width);

/**
 * @param maps of the layers that are widened, in a net of width 1
 * @throws ArgumentError when one of them would keep none
 */
export function checkWidth(net: string, width: number, maps: readonly number[]): void {
  const fewest = Math.min(...maps);
  if (widened(fewest, width) >= 1) return;
  // Two digits, rounded up, so that it does what it promises.
  const least = 0.5 / fewest;
  const digits = 10 ** (1 - Math.floor(Math.log10(least)));
  const smallest = Math.ceil(least * digits) / digits;
  throw new ArgumentError(
    net,
    'width',
    `${width} leaves a layer of ${fewest} maps none`,
    `${smallest} is the least that leaves every layer one`,
  );
}
