/**
 * A reader for level 5 MAT-files, MATLAB's format from version 5 to 7.2, as far as plain numeric arrays go.
 *
 * A file is a header of 128 bytes and a list of elements. An element is a tag (a type and a length, four bytes each),
 * then its data, filled up to a multiple of eight bytes. Three things complicate it: an element of at most four bytes
 * may pack tag and data into eight bytes; a variable may be compressed by zlib, whole, and is then not filled up; and
 * the byte order is that of the machine that wrote the file.
 */
import { inflateSync } from 'node:zlib';
import { quotable } from '../../errors/errors.js';
import { DataError } from '../dataset.js';
import { mostUnpacked, unpack } from './unpack.js';

/** A numeric variable. */
export interface MatArray {
  readonly sizes: readonly number[];
  /** The elements, the first index running fastest. Bytes stay bytes, everything else becomes doubles. */
  readonly elements: Uint8Array | Float64Array;
}

const HEADER_BYTES = 128;
const LEVEL_5 = 0x0100;

const MATRIX = 14;
const COMPRESSED = 15;
const UNSIGNED_BYTE = 2;

interface NumberFormat {
  readonly bytes: number;
  readonly read: (v: DataView, at: number, little: boolean) => number;
}

/** How the other numeric types are stored, by type code. MATLAB may store doubles in any of them that fits. */
const NUMBERS: Readonly<Record<number, NumberFormat>> = {
  1: { bytes: 1, read: (v, at) => v.getInt8(at) },
  3: { bytes: 2, read: (v, at, little) => v.getInt16(at, little) },
  4: { bytes: 2, read: (v, at, little) => v.getUint16(at, little) },
  5: { bytes: 4, read: (v, at, little) => v.getInt32(at, little) },
  6: { bytes: 4, read: (v, at, little) => v.getUint32(at, little) },
  7: { bytes: 4, read: (v, at, little) => v.getFloat32(at, little) },
  9: { bytes: 8, read: (v, at, little) => v.getFloat64(at, little) },
  12: { bytes: 8, read: (v, at, little) => Number(v.getBigInt64(at, little)) },
  13: { bytes: 8, read: (v, at, little) => Number(v.getBigUint64(at, little)) },
};

/** Array classes from double to 64-bit unsigned: the numeric ones. The others (cells, structures, text) are skipped. */
const isNumeric = (arrayClass: number): boolean => arrayClass >= 6 && arrayClass <= 15;

interface Element {
  readonly type: number;
  readonly data: Uint8Array;
}

/** Walks over a list of elements. */
class Elements {
  private at = 0;

  constructor(
    private readonly path: string,
    private readonly bytes: Uint8Array,
    private readonly little: boolean,
  ) {}

  get done(): boolean {
    return this.at >= this.bytes.length;
  }

  next(): Element {
    if (this.at + 8 > this.bytes.length) throw this.cut(8, this.at);
    const view = viewOf(this.bytes);
    const word = view.getUint32(this.at, this.little);
    // In a small element the upper half of the first word is the length, which is never 0; in any other it is 0.
    const small = word >>> 16 !== 0;
    const type = small ? word & 0xffff : word;
    const length = small ? word >>> 16 : view.getUint32(this.at + 4, this.little);
    const start = this.at + (small ? 4 : 8);
    if (start + length > this.bytes.length || (small && length > 4)) throw this.cut(length, start);
    const filled = small || type === COMPRESSED ? length : Math.ceil(length / 8) * 8;
    this.at = small ? this.at + 8 : start + filled;
    return { type, data: this.bytes.subarray(start, start + length) };
  }

  private cut(announced: number, start: number): DataError {
    return new DataError(
      `${this.path}: an element of ${announced} bytes is announced where ${this.bytes.length - start} are left; ` +
        'the file is cut short or damaged: download it again',
    );
  }
}

/** What a file may still take up in memory: numbers grow, from a byte to a double. */
class Budget {
  constructor(
    private readonly path: string,
    public left: number,
  ) {}

  spend(bytes: number): void {
    this.left -= bytes;
    if (this.left >= 0) return;
    throw new DataError(
      `${this.path}: its variables take up more memory than any data set of this kind; ` +
        'this is not the file it is named after',
    );
  }
}

/** What all parts of a file are read with. */
interface Reading {
  readonly path: string;
  readonly little: boolean;
  readonly budget: Budget;
}

/**
 * The numeric variables of a MAT-file, by name.
 * @param path names the file in messages
 * @throws DataError if it is not a level 5 MAT-file, damaged, or unpacks to more than `mostUnpacked`
 */
export function parseMat5(path: string, bytes: Uint8Array): Map<string, MatArray> {
  const little = byteOrder(path, bytes);
  const reading = { path, little, budget: new Budget(path, mostUnpacked(bytes.length)) };
  const variables = new Map<string, MatArray>();
  const elements = new Elements(path, bytes.subarray(HEADER_BYTES), little);
  while (!elements.done) {
    let element = elements.next();
    if (element.type === COMPRESSED) {
      element = new Elements(path, inflate(reading, element.data), little).next();
    }
    if (element.type === MATRIX) parseMatrix(reading, element.data, variables);
  }
  return variables;
}

/** Whether the file is little-endian, told by the letters that its writer put down as one 16-bit number, 'MI'. */
function byteOrder(path: string, bytes: Uint8Array): boolean {
  const mark = bytes.length < HEADER_BYTES ? '' : String.fromCharCode(bytes[126]!, bytes[127]!);
  if (mark !== 'IM' && mark !== 'MI') {
    throw new DataError(
      `${path}: expected a MATLAB level 5 MAT-file, found no such header; this is not the file it is named after`,
    );
  }
  const little = mark === 'IM';
  const version = viewOf(bytes).getUint16(124, little);
  if (version !== LEVEL_5) {
    throw new DataError(
      `${path}: expected a MAT-file of version 0x100, found 0x${version.toString(16)}; save it with "-v7" (or "-v6")`,
    );
  }
  return little;
}

/** Unpack a variable: its tag says how much there is. */
function inflate({ path, little, budget }: Reading, packed: Uint8Array): Uint8Array {
  const bytes = unpack(packed, inflateSync, {
    path,
    most: budget.left,
    sizeOf: (start) => (start.length < 8 ? undefined : 8 + viewOf(start).getUint32(4, little)),
  });
  budget.spend(bytes.length);
  return bytes;
}

/** A matrix is a list of elements in turn: flags (the class is the lowest byte), sizes, name, and the numbers. */
function parseMatrix(reading: Reading, data: Uint8Array, into: Map<string, MatArray>): void {
  const { path, little } = reading;
  const parts = new Elements(path, data, little);
  const flags = parts.next().data;
  if (flags.length < 8) throw new DataError(`${path}: a variable without its flags; download it again`);
  if (!isNumeric(viewOf(flags).getUint32(0, little) & 0xff)) return;
  const sizes = [...toNumbers(reading, parts.next())];
  const name = new TextDecoder('latin1').decode(parts.next().data);
  const elements = toNumbers(reading, parts.next());
  const length = sizes.reduce((product, size) => product * size, 1);
  if (elements.length !== length) {
    throw new DataError(
      `${path}: variable "${quotable(name)}" announces ${quotable(sizes.join(' x '))} elements, ` +
        `found ${elements.length}; download it again`,
    );
  }
  into.set(name, { sizes, elements });
}

function toNumbers({ path, little, budget }: Reading, { type, data }: Element): Uint8Array | Float64Array {
  if (type === UNSIGNED_BYTE) return data;
  const format = NUMBERS[type];
  if (format === undefined) {
    throw new DataError(`${path}: expected numbers, found an element of type ${type}; download it again`);
  }
  const view = viewOf(data);
  const count = Math.floor(data.length / format.bytes);
  budget.spend(8 * count);
  const numbers = new Float64Array(count);
  for (let i = 0; i < count; i++) numbers[i] = format.read(view, i * format.bytes, little);
  return numbers;
}

const viewOf = (bytes: Uint8Array): DataView =>
  new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
