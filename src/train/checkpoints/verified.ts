/**
 * Safetensors files that notice damage: their metadata has a checksum of all the rest, and every number is finite. What other
 * programs wrote has no checksum; what our own files hold of them is up to whoever reads it.
 */
import { createHash } from 'node:crypto';
import { RunError } from '../run/run-error.js';
import {
  decodeSafetensors,
  encodeSafetensors,
  type ReadSafetensors,
  type Safetensors,
} from './safetensors.js';

/** The metadata entry with the checksum: of the whole file, with zeros in the checksum's place. */
const CHECKSUM = 'sha256';
const BLANK = '0'.repeat(64);

/** What a verified file holds. */
export interface VerifiedSafetensors extends ReadSafetensors {
  /** Was there a checksum? If so it is the right one. */
  readonly checked: boolean;
}

/** The bytes of a safetensors file with a checksum. */
export function encodeVerified({ tensors, metadata }: Safetensors): Uint8Array {
  const file = encodeSafetensors({ tensors, metadata: { [CHECKSUM]: BLANK, ...metadata } });
  const place = placeOf(BLANK, file);
  file.set(Buffer.from(checksumOf(file, place)), place);
  return file;
}

/**
 * Read the bytes of a safetensors file, and verify its checksum if it has one.
 * @param source the file's name, for errors
 * @throws RunError when it is damaged, or a number in it is not finite
 */
export function decodeVerified(file: Uint8Array, source: string): VerifiedSafetensors {
  const content = decodeChecked(file, source);
  refuseNotFinite(content.tensors, source);
  return content;
}

/** As `decodeVerified`, whatever the numbers are: others may keep some in their files that no net computes with. */
export function decodeChecked(file: Uint8Array, source: string): VerifiedSafetensors {
  const content = decodeSafetensors(file, source);
  const checksum = content.metadata[CHECKSUM];
  if (checksum !== undefined && checksum !== checksumOf(file, placeOf(checksum, file))) {
    throw new RunError(
      `reading ${source}: it is damaged: its content is not that of which it has the checksum`,
    );
  }
  return { ...content, checked: checksum !== undefined };
}

/** @throws RunError when a number is not finite */
export function refuseNotFinite(tensors: Safetensors['tensors'], source: string): void {
  const lost = notFinite(tensors);
  if (lost) throw new RunError(`reading ${source}: ${lost} holds numbers that are not finite`);
}

/** The first tensor that holds NaN or an infinity, for messages: `the tensor "model.conv.weight"`. */
export function notFinite(tensors: Safetensors['tensors']): string | undefined {
  for (const [name, { values }] of tensors) {
    if (!values.every(Number.isFinite)) return `the tensor "${name}"`;
  }
  return undefined;
}

/** The byte at which the checksum begins: its entry is the first of the first in the header; -1 in a file that others wrote. */
const placeOf = (checksum: string, { buffer, byteOffset, length }: Uint8Array): number =>
  Buffer.from(buffer, byteOffset, length).indexOf(checksum);

function checksumOf(file: Uint8Array, place: number): string {
  if (place < 0) return '';
  const hash = createHash('sha256');
  hash.update(file.subarray(0, place));
  hash.update(BLANK);
  hash.update(file.subarray(place + BLANK.length));
  return hash.digest('hex');
}
