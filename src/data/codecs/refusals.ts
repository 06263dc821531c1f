/** Why a file of an image is refused, in the same words for each kind. */
import { DataError } from '../dataset.js';

/** What is wrong with a file, as an error that names it. */
export type Damaged = (why: string) => DataError;

/** @param kind PNG or JPEG */
export const damagedFile =
  (path: string, kind: string): Damaged =>
  (why) =>
    new DataError(`${path}: not a ${kind} image that can be read (${why})`);

export const tooLarge = (path: string, width: number, height: number): DataError =>
  new DataError(`${path}: its ${width} x ${height} pixels are more than can be read; make it smaller first`);
