/**
 * An event file of TensorBoard: records, each a message of TensorFlow's event.proto.
 *
 *     length    8 bytes, least significant first
 *     checksum  4 bytes, of the length
 *     message   `length` bytes
 *     checksum  4 bytes, of the message
 *
 * The checksums are CRC-32C, masked as record_writer.cc has it, so that the checksum of a record which itself holds checksums is
 * not a constant.
 */
import { hostname } from 'node:os';
import { join } from 'node:path';
import protobuf from 'protobufjs/light.js';
import { append } from '../../files/write-file.js';
import { crc32c } from './crc32c.js';

/** As much of event.proto and summary.proto as is written here. Of a `oneof` also a 0 is written, which elsewhere goes without saying. */
const EVENT = protobuf.Root.fromJSON({
  nested: {
    Event: {
      oneofs: { what: { oneof: ['fileVersion', 'summary', 'sessionLog'] } },
      fields: {
        wallTime: { type: 'double', id: 1 },
        step: { type: 'int64', id: 2 },
        fileVersion: { type: 'string', id: 3 },
        summary: { type: 'Summary', id: 5 },
        sessionLog: { type: 'SessionLog', id: 7 },
      },
    },
    Summary: { fields: { value: { rule: 'repeated', type: 'Value', id: 1 } } },
    Value: {
      oneofs: { value: { oneof: ['simpleValue'] } },
      fields: { tag: { type: 'string', id: 1 }, simpleValue: { type: 'float', id: 2 } },
    },
    SessionLog: { fields: { status: { type: 'int32', id: 1 } } },
  },
}).lookupType('Event');

/** What a file begins with. */
const VERSION = 'brain.Event:2';
/** The status of a session that begins. */
const START = 1;

/** How the names begin by which TensorBoard knows such files. */
const PREFIX = 'events.out.tfevents.';

/** Is a file of this name one of events? */
export const isEventFile = (name: string): boolean => name.startsWith(PREFIX);

/** Files that this process has begun. */
let begun = 0;

export class EventFile {
  readonly #path: string;
  readonly #now: () => number;

  /**
   * Begin a file in a directory, under a name that TensorBoard knows, and reads after those that were begun before.
   * @param now the time, in milliseconds since 1970
   * @throws FileError when it cannot be written
   */
  constructor(directory: string, now: () => number = Date.now) {
    const seconds = String(Math.floor(now() / 1000)).padStart(10, '0');
    this.#path = join(
      directory,
      `${PREFIX}${seconds}.${hostname()}.${process.pid}.${String(begun++).padStart(3, '0')}`,
    );
    this.#now = now;
    this.#write({ fileVersion: VERSION });
  }

  /**
   * What was written before of this step and those after it is void: they are taken again.
   * @throws FileError when the disk refuses
   */
  goOnFrom(step: number): void {
    this.#write({ step, sessionLog: { status: START } });
  }

  /**
   * Write numbers down by their tags; those that are undefined are left out.
   * @throws FileError when the disk refuses
   */
  scalars(step: number, values: Readonly<Record<string, number | undefined>>): void {
    const given = Object.entries(values).filter(([, value]) => value !== undefined);
    this.#write({
      step,
      summary: { value: given.map(([tag, simpleValue]) => ({ tag, simpleValue })) },
    });
  }

  #write(event: object): void {
    append(this.#path, record(EVENT.encode({ wallTime: this.#now() / 1000, ...event }).finish()));
  }
}

function record(message: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(message.length + 16);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, BigInt(message.length), true);
  view.setUint32(8, masked(crc32c(bytes.subarray(0, 8))), true);
  bytes.set(message, 12);
  view.setUint32(12 + message.length, masked(crc32c(message)), true);
  return bytes;
}

const masked = (checksum: number): number => (((checksum >>> 15) | (checksum << 17)) + 0xa282ead8) >>> 0;
