/**
 * The safetensors file format, as far as checkpoints need it: the header's length (64 bits, little-endian), a JSON header
 * that names each tensor's dtype, shape and place, then the values, little-endian and without gaps. Any safetensors
 * reader opens what this writes; of what others write, numbers of any width are read as float32.
 */

import { endianness } from 'node:os';
import { z } from 'zod';
import { checkArgument, checkOptions, type Rules } from '../../errors/check-options.js';
import { fieldsOf, instance, required, rule, text } from '../../errors/rules.js';
import { someOf } from '../../errors/some-of.js';
import { isBatchCount } from '../../nn/module.js';
import { type Shape, sizeOf } from '../../tensor/shape.js';
import { RunError } from '../run/run-error.js';
import { ELEMENT_TYPES, isKept, READ_TYPES } from './element-types.js';

/** A tensor in host memory, row-major. */
export interface HostTensor {
  readonly shape: Shape;
  readonly values: Float32Array | Uint32Array;
}

export interface Safetensors {
  readonly tensors: ReadonlyMap<string, HostTensor>;
  /** Free text by name; where a program keeps what is not a tensor. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** What a file holds, as far as it can be of use here. */
export interface ReadSafetensors extends Safetensors {
  /** The names of the tensors whose values became float32, and their element types in the file. */
  readonly converted: ReadonlyMap<string, string>;
  /** Those of the tensors that were left out: of PyTorch's counts of batches, and of types that are not made of numbers of our kinds. */
  readonly leftOut: ReadonlyMap<string, string>;
}

const METADATA = '__metadata__';
const LENGTH_BYTES = 8;
/**
 * The longest header that is read, in bytes. The format allows for 100 MB, which would be a million tensors and more than a
 * gigabyte of memory once parsed; this is more than 25,000 of them.
 */
const LONGEST_HEADER = 2 ** 22;

const naturalNumber = z.number().int().nonnegative();
const entrySchema = z.object({
  dtype: z.string(),
  shape: z.array(naturalNumber),
  data_offsets: z.tuple([naturalNumber, naturalNumber]),
});
type Entry = z.infer<typeof entrySchema>;
const metadataSchema = z.record(z.string(), z.string());

/** A name that tensors may have, and values of a kind and number that a reader finds again. */
const isTensor = ([name, value]: [unknown, unknown]): boolean => {
  const { shape, values } = Object(value) as Partial<HostTensor>;
  const isNumbers = values instanceof Float32Array || values instanceof Uint32Array;
  const named = typeof name === 'string' && name !== METADATA;
  return named && isNumbers && Array.isArray(shape) && sizeOf(shape) === values.length;
};

/** What a file is made of. */
const PARTS: Rules<Safetensors> = {
  tensors: required(
    rule(
      'be a Map by name of { shape, values }, a Float32Array or Uint32Array of that many',
      (value) => value instanceof Map && [...value].every(isTensor),
    ),
  ),
  metadata: required(fieldsOf(text)),
};

/**
 * The bytes of a safetensors file.
 * @throws ArgumentError for what no reader would take: values of another number than their shape says, or of other kinds
 */
export function encodeSafetensors(content: Safetensors): Uint8Array {
  checkOptions('encodeSafetensors', content, PARTS);
  const { tensors, metadata } = content;
  refuseBigEndian();
  const header: Record<string, Entry | Readonly<Record<string, string>>> = { [METADATA]: metadata };
  let end = 0;
  for (const [name, { shape, values }] of tensors) {
    const begin = end;
    end += values.byteLength;
    const dtype = values instanceof Float32Array ? 'F32' : 'U32';
    header[name] = { dtype, shape: [...shape], data_offsets: [begin, end] };
  }
  const text = Buffer.from(JSON.stringify(header));
  // Spaces after the header, so that the values are aligned and a reader may map the file.
  const headerBytes = Math.ceil(text.length / LENGTH_BYTES) * LENGTH_BYTES;
  const file = new Uint8Array(LENGTH_BYTES + headerBytes + end);
  new DataView(file.buffer).setBigUint64(0, BigInt(headerBytes), true);
  file.fill(0x20, LENGTH_BYTES, LENGTH_BYTES + headerBytes);
  file.set(text, LENGTH_BYTES);
  let at = LENGTH_BYTES + headerBytes;
  for (const { values } of tensors.values()) {
    file.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), at);
    at += values.byteLength;
  }
  return file;
}

/**
 * Read the bytes of a safetensors file, checking all that the format promises. All numbers become float32, as PyTorch makes them when
 * they are loaded into a net, except for those of type U32. What is of no use is left out: PyTorch's `num_batches_tracked`, and
 * types that are not made of such numbers. A warning of the process names both.
 * @param source the file's name, for errors
 * @throws RunError that says what is wrong with the file
 */
export function decodeSafetensors(file: Uint8Array, source: string): ReadSafetensors {
  checkArgument('decodeSafetensors', 'file', file, instance(Uint8Array));
  checkArgument('decodeSafetensors', 'source', source, text);
  refuseBigEndian();
  const damaged = (why: string) => new RunError(`reading ${source}: not a sound safetensors file: ${why}`);

  if (file.length < LENGTH_BYTES) throw damaged(`it has ${file.length} bytes, fewer than any such file`);
  const headerBytes = Number(new DataView(file.buffer, file.byteOffset).getBigUint64(0, true));
  const begin = LENGTH_BYTES + headerBytes;
  if (begin > file.length) {
    throw damaged(`it announces a header of ${headerBytes} bytes and has ${file.length} bytes in all`);
  }
  if (headerBytes > LONGEST_HEADER) {
    throw new RunError(
      `reading ${source}: its header has ${headerBytes} bytes, more than are read here (${LONGEST_HEADER}): tens of thousands of tensors`,
    );
  }
  const values = file.subarray(begin);
  const { entries, metadata } = parseHeader(file.subarray(LENGTH_BYTES, begin), damaged);

  const tensors = new Map<string, HostTensor>();
  const converted = new Map<string, string>();
  const leftOut = new Map<string, string>();
  let expected = 0;
  for (const [name, { dtype, shape, data_offsets }] of entries) {
    const [from, to] = data_offsets;
    const type = Object.hasOwn(ELEMENT_TYPES, dtype) ? ELEMENT_TYPES[dtype] : undefined;
    if (to < from) throw damaged(`tensor "${name}" ends at byte ${to}, before it starts`);
    // How wide the elements of a type are that came up since, nobody knows here.
    if (type && 8 * (to - from) !== type.bits * sizeOf(shape)) {
      throw damaged(`tensor "${name}" has shape [${shape.join(', ')}] of ${dtype} in ${to - from} bytes`);
    }
    if (from !== expected) throw damaged(`tensor "${name}" starts at byte ${from}, expected ${expected}`);
    if (to > values.length) {
      throw damaged(`tensor "${name}" ends at byte ${to} of ${values.length}; the file is cut short`);
    }
    if (!type?.read || isBatchCount(name)) leftOut.set(name, dtype);
    else tensors.set(name, { shape, values: type.read(values.subarray(from, to)) });
    if (tensors.has(name) && !isKept(dtype)) converted.set(name, dtype);
    expected = to;
  }
  if (expected !== values.length) {
    throw damaged(`${values.length - expected} bytes after the last tensor belong to none`);
  }
  if (converted.size > 0) say(source, 'made float32:', converted);
  const isUnread = ([name]: readonly [string, string]) => !isBatchCount(name);
  const unread = new Map([...leftOut].filter(isUnread));
  const unused = new Map([...leftOut].filter((one) => !isUnread(one)));
  if (unused.size > 0) say(source, 'left out, since no net here has a use for it:', unused);
  if (unread.size > 0) say(source, `left out, since of elements only ${READ_TYPES} are read:`, unread);
  return { tensors, metadata, converted, leftOut };
}

/** How many tensors a warning names. */
const NAMED = 5;

function say(source: string, what: string, tensors: ReadonlyMap<string, string>): void {
  const named = [...tensors].map(([name, dtype]) => `${name} (${dtype})`);
  process.emitWarning(`reading ${source}: ${what} ${someOf(named, { most: NAMED })}`);
}

/** The tensors' entries in the order of their values, and the metadata. */
function parseHeader(
  bytes: Uint8Array,
  damaged: (why: string) => RunError,
): { entries: [string, Entry][]; metadata: Record<string, string> } {
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw damaged('its header is not valid JSON');
  }
  const parts = z.record(z.string(), z.unknown()).safeParse(header);
  if (!parts.success) throw damaged('its header is not a JSON object');
  const { [METADATA]: notes = {}, ...rest } = parts.data;
  const metadata = metadataSchema.safeParse(notes);
  if (!metadata.success) throw damaged(`its ${METADATA} is not made of texts`);
  const entries = Object.entries(rest).map(([name, value]): [string, Entry] => {
    const entry = entrySchema.safeParse(value);
    if (!entry.success) throw damaged(`tensor "${name}" needs dtype, shape and data_offsets`);
    return [name, entry.data];
  });
  entries.sort(
    ([, a], [, b]) => a.data_offsets[0] - b.data_offsets[0] || a.data_offsets[1] - b.data_offsets[1],
  );
  return { entries, metadata: metadata.data };
}

/** Typed arrays hold values in the machine's order of bytes, and files in little-endian. All of Dawn's machines are. */
function refuseBigEndian(): void {
  if (endianness() !== 'LE')
    throw new RunError('safetensors: this machine is big-endian, which is not supported');
}
