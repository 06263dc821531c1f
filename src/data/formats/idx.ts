import { DataError } from '../dataset.js';
import { readUnpacked } from './files.js';

/** What an IDX file of bytes holds: its sizes, the outermost first, and its elements in row-major order. */
export interface IdxArray {
  readonly sizes: readonly number[];
  readonly elements: Uint8Array;
}

/** The type code of unsigned bytes, the only element type that MNIST and its relatives use. */
const UNSIGNED_BYTE = 0x08;

/**
 * Reads an IDX file, the format of MNIST (LeCun, Cortes and Burges): two zero bytes, an element type, the number of
 * dimensions, a big-endian 32-bit size for each, then the elements.
 * @param dimensions how many the file must have: 3 for images, 1 for labels
 * @throws DataError if the header is another one or the file's length is not what it announces
 */
export function readIdx(path: string, dimensions: number): IdxArray {
  const bytes = readUnpacked(path, (start) => readHeader(path, start, dimensions).fileBytes);
  const { sizes, headerBytes, fileBytes } = readHeader(path, bytes, dimensions);
  if (bytes.length !== fileBytes) {
    throw new DataError(
      `${path}: its header announces ${sizes.join(' x ')} bytes, ${fileBytes} with the header, ` +
        `found ${bytes.length}; download it again`,
    );
  }
  return { sizes, elements: bytes.subarray(headerBytes) };
}

interface IdxHeader {
  readonly sizes: readonly number[];
  readonly headerBytes: number;
  /** What the whole file should have. */
  readonly fileBytes: number;
}

function readHeader(path: string, bytes: Uint8Array, dimensions: number): IdxHeader {
  const headerBytes = 4 + 4 * dimensions;
  if (bytes.length < headerBytes) {
    throw new DataError(
      `${path}: expected an IDX header of ${headerBytes} bytes, found ${bytes.length} bytes in all; download it again`,
    );
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const magic = view.getUint32(0);
  const expected = (UNSIGNED_BYTE << 8) | dimensions;
  if (magic !== expected) {
    throw new DataError(
      `${path}: expected the magic number ${hex(expected)} (IDX, bytes, ${dimensions}-D), found ${hex(magic)}; ` +
        'this is not the file it is named after',
    );
  }
  const sizes = Array.from({ length: dimensions }, (_, d) => view.getUint32(4 + 4 * d));
  const elements = sizes.reduce((product, size) => product * size, 1);
  return { sizes, headerBytes, fileBytes: headerBytes + elements };
}

const hex = (value: number): string => `0x${value.toString(16).padStart(8, '0')}`;
