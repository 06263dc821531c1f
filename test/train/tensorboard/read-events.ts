/**
 * A reader of TensorBoard's event files that shares nothing with what writes them: records by the format in record_writer.cc,
 * protocol buffers by their encoding, the checksum bit by bit.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface ReadEvent {
  readonly wallTime: number;
  readonly step: number;
  readonly version?: string;
  readonly scalars?: Readonly<Record<string, number>>;
  readonly status?: number;
}

/** The event files in a directory, in the order in which TensorBoard reads them. */
export const eventFilesIn = (directory: string): string[] =>
  readdirSync(directory)
    .filter((name) => name.includes('tfevents'))
    .sort()
    .map((name) => join(directory, name));

export function readEvents(path: string): ReadEvent[] {
  const file = readFileSync(path);
  const events: ReadEvent[] = [];
  for (let at = 0; at < file.length; ) {
    const length = Number(file.readBigUInt64LE(at));
    check(file.readUInt32LE(at + 8), file.subarray(at, at + 8));
    const message = file.subarray(at + 12, at + 12 + length);
    check(file.readUInt32LE(at + 12 + length), message);
    events.push(eventOf(message));
    at += length + 16;
  }
  return events;
}

function check(found: number, bytes: Uint8Array): void {
  const unmasked = (found - 0xa282ead8) >>> 0;
  const rotated = ((unmasked << 15) | (unmasked >>> 17)) >>> 0;
  if (rotated !== checksum(bytes)) throw new Error(`checksum ${rotated}, expected ${checksum(bytes)}`);
}

/** Polynomial division, one bit after the other, the lowest of each byte first; the polynomial as RFC 3720 prints it. */
export function checksum(bytes: Uint8Array): number {
  const POLYNOMIAL = 0x1edc6f41;
  let remainder = 0xffffffff;
  for (const byte of bytes) {
    for (let bit = 0; bit < 8; bit++) {
      const carry = (remainder >>> 31) ^ ((byte >>> bit) & 1);
      remainder = ((remainder << 1) ^ (carry ? POLYNOMIAL : 0)) >>> 0;
    }
  }
  const reversed = [...(~remainder >>> 0).toString(2).padStart(32, '0')].reverse().join('');
  return Number.parseInt(reversed, 2);
}

/** The fields of a message by number; of one that is repeated all. */
function fieldsOf(message: Buffer): Map<number, (number | Buffer)[]> {
  const fields = new Map<number, (number | Buffer)[]>();
  let at = 0;
  const varint = () => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = message[at++]!;
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return Number(value);
    }
  };
  const take = (bytes: number) => {
    at += bytes;
    return message.subarray(at - bytes, at);
  };
  const values: Record<number, () => number | Buffer> = {
    0: varint,
    1: () => take(8).readDoubleLE(),
    2: () => take(varint()),
    5: () => take(4).readFloatLE(),
  };
  while (at < message.length) {
    const key = varint();
    const value = values[key & 7]!();
    fields.set(key >>> 3, [...(fields.get(key >>> 3) ?? []), value]);
  }
  return fields;
}

function eventOf(message: Buffer): ReadEvent {
  const fields = fieldsOf(message);
  const first = (of: Map<number, (number | Buffer)[]>, field: number) => of.get(field)?.[0];
  const [version, summary, session] = [3, 5, 7].map((field) => first(fields, field) as Buffer | undefined);
  return {
    wallTime: (first(fields, 1) ?? 0) as number,
    step: (first(fields, 2) ?? 0) as number,
    ...(version && { version: version.toString() }),
    ...(summary && {
      scalars: Object.fromEntries(
        (fieldsOf(summary).get(1) ?? []).map((value) => {
          const of = fieldsOf(value as Buffer);
          return [(first(of, 1) as Buffer).toString(), first(of, 2) as number];
        }),
      ),
    }),
    ...(session && { status: (first(fieldsOf(session), 1) ?? 0) as number }),
  };
}
