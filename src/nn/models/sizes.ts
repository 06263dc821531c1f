import { ArgumentError, ShapeError } from '../../errors/errors.js';
import { type WindowOptions, windowedSize, windowOf } from '../../tensor/shape.js';

/** Rows and columns of maps, or of images. */
export type Size = readonly [number, number];

/**
 * The size of what comes out of a net's convolutions and pools, one after the other.
 * @throws ShapeError when images are too small for them, with the least size that is not
 */
export function sizeAfter(net: string, windows: readonly WindowOptions[], image: Size): Size {
  const fits = (size: Size): Size | undefined => {
    try {
      return windows.reduce((before, window) => windowedSize(net, before, windowOf(net, window)), size);
    } catch (error) {
      if (error instanceof ShapeError) return undefined;
      throw error;
    }
  };
  const size = fits(image);
  if (size) return size;
  let least = Math.min(...image) + 1;
  while (!fits([least, least])) least++;
  const small = `images of ${image.join(' x ')} pixels are too small for its windows`;
  throw new ShapeError(net, `${small}; take ${least} x ${least} or more`);
}

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
