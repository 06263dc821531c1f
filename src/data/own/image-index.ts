/** What stands behind decoded images in their file: which of them are there, and how each is seen to be sound. */
import { crc32 } from 'node:zlib';
import { z } from 'zod';
import { parseAs, parseJson } from '../../files/json.js';
import type { Failure } from './decode-files.js';

export interface ImageIndex {
  /** One for the bytes of each image. */
  readonly checksums: Uint32Array;
  /** 1 for each image that is there, or is known to be unreadable. */
  readonly done: Uint8Array;
  /** In the order of the files. */
  readonly failures: Failure[];
}

const WORD = 4;
/** At the very end: the length of the text before it, and a checksum of all but this. */
const END_BYTES = 8;

const WHAT = 'the index of decoded images';
const failuresSchema = z.array(z.tuple([z.number().int().nonnegative(), z.string()]));

export const emptyIndex = (count: number): ImageIndex => ({
  checksums: new Uint32Array(count),
  done: new Uint8Array(count),
  failures: [],
});

export function encodeIndex({ checksums, done, failures }: ImageIndex): Uint8Array {
  const text = Buffer.from(JSON.stringify(failures));
  const rest = Buffer.concat([new Uint8Array(checksums.buffer), done, text]);
  const end = Buffer.alloc(END_BYTES);
  end.writeUInt32LE(text.length, 0);
  end.writeUInt32LE(crc32(rest), 4);
  return Buffer.concat([rest, end]);
}

/** @returns undefined for bytes that are no index of `count` images, or one that was cut short or damaged */
export function decodeIndex(bytes: Uint8Array<ArrayBuffer>, count: number): ImageIndex | undefined {
  const [checksums, done] = [WORD * count, (WORD + 1) * count];
  if (bytes.length < done + END_BYTES) return undefined;
  const rest = bytes.subarray(0, -END_BYTES);
  const end = new DataView(bytes.buffer, bytes.byteOffset + rest.length);
  const text = rest.subarray(done);
  if (end.getUint32(0, true) !== text.length || end.getUint32(4, true) !== crc32(rest)) return undefined;
  const failures = parseJson(new TextDecoder().decode(text), WHAT, 'a list');
  return {
    checksums: new Uint32Array(bytes.slice(0, checksums).buffer),
    done: bytes.slice(checksums, done),
    failures: parseAs(failuresSchema, failures, WHAT),
  };
}
