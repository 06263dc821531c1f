/** What a worker does, or the main thread where there is little to do: files to bytes of the size that is wanted. */
import { join } from 'node:path';
import { DawngradError, FileError } from '../../errors/errors.js';
import { readImageFile } from '../codecs/read-image.js';
import { type Fit, fitImage } from '../resize.js';

/** What is made of each image. */
export interface DecodeSettings {
  readonly channels: number;
  /** Rows, and as many columns. */
  readonly size: number;
  readonly fit: Fit;
}

/** Some files of a directory, and their numbers in the list. */
export interface DecodeJob {
  readonly directory: string;
  readonly files: readonly number[];
  readonly paths: readonly string[];
  readonly settings: DecodeSettings;
}

export interface Decoded {
  readonly files: readonly number[];
  /** `[files, channels, size, size]`; zeros for what could not be read. */
  readonly pixels: Uint8Array<ArrayBuffer>;
  readonly failures: readonly Failure[];
  /** Those of them that the system did not hand over, which it may do another time. */
  readonly passing: readonly number[];
}

/** The number of a file in the list, and why it cannot be read. */
export type Failure = readonly [file: number, why: string];

export const bytesOf = ({ channels, size }: DecodeSettings): number => channels * size * size;

/** Decode some files, one after the other. One that cannot be read stops no other. */
export async function decodeFiles({ directory, files, paths, settings }: DecodeJob): Promise<Decoded> {
  const { channels, size, fit } = settings;
  const each = bytesOf(settings);
  const pixels = new Uint8Array(paths.length * each);
  const failures: Failure[] = [];
  const passing: number[] = [];
  for (const [index, path] of paths.entries()) {
    try {
      const image = await readImageFile(join(directory, path));
      pixels.set(fitImage(image, channels, size, size, fit), index * each);
    } catch (error) {
      if (!(error instanceof DawngradError)) throw error;
      failures.push([files[index]!, error.message]);
      if (error instanceof FileError) passing.push(files[index]!);
    }
  }
  return { files, pixels, failures, passing };
}
