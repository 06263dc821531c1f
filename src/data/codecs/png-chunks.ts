/**
 * The chunks of a PNG file: a length, a type, data and a checksum each. Checked here is that the header describes an image of
 * bearable size, and that there are pixels for all of it, no fewer and no more.
 */
import { crc32, inflateSync } from 'node:zlib';
import { quotable } from '../../errors/errors.js';
import { mostUnpacked } from '../formats/unpack.js';
import { type PngHeader, parsePngHeader } from './png-header.js';
import { passesOf, rowBytes } from './png-passes.js';
import { type Damaged, tooLarge } from './refusals.js';

const SIGNATURE = [137, 80, 78, 71, 13, 10, 26, 10];

/** Bytes of a chunk besides its data, and where the data begin. */
const FRAME_BYTES = 12;
const DATA_AT = 8;

/** The colour type of indices into a palette. */
const PALETTE = 3;

interface Chunk {
  readonly type: string;
  readonly data: Uint8Array;
}

/** What a sound file says of its pixels. */
export interface PngChunks extends PngHeader {
  /** Rows of pixels, a byte that says how it was filtered before each; of interlaced images those of seven passes. */
  readonly rows: Uint8Array;
  /** Red, green and blue of each index, where pixels are such. */
  readonly palette: Uint8Array | undefined;
  /** The alpha of each index, or the one colour that is transparent. */
  readonly transparency: Uint8Array | undefined;
}

/**
 * The chunks of a file that say what its pixels are; all others are left aside.
 * @throws DataError if it is not a PNG file, too large an image, or does not hold the pixels that it announces
 */
export function readPngChunks(path: string, file: Uint8Array, damaged: Damaged): PngChunks {
  if (!isPng(file)) throw damaged('it does not begin as one');
  const chunks = readChunks(file, damaged);
  const [first] = chunks;
  if (first?.type !== 'IHDR' || first.data.length !== 13) throw damaged('it has no header');
  const header = parsePngHeader(first.data, damaged);
  const needed = pixelBytes(header);
  // What is packed, unpacked and put together, and then the planes.
  const { width, height, channels, colourType } = header;
  const memory = 2 * needed + width * height * (channels < 3 && colourType !== PALETTE ? 1 : 3);
  if (memory > mostUnpacked(file.length)) throw tooLarge(path, width, height);
  const only = (type: string): Uint8Array | undefined => {
    const [first, second] = chunks.filter((chunk) => chunk.type === type);
    if (second) throw damaged(`it has two chunks of type ${type}`);
    return first?.data;
  };
  only('IHDR');
  const [palette, transparency] = [only('PLTE'), only('tRNS')];
  if (colourType === PALETTE && !palette?.length) throw damaged('it has no palette');
  if (colourType !== PALETTE && transparency && transparency.length !== 2 * channels) {
    throw damaged(`its transparent colour takes ${transparency.length} bytes`);
  }
  const packed = Buffer.concat(chunks.filter(({ type }) => type === 'IDAT').map(({ data }) => data));
  const rows = unpacked(packed, header, needed, damaged);
  return { ...header, rows, palette: colourType === PALETTE ? palette : undefined, transparency };
}

export const isPng = (file: Uint8Array): boolean => SIGNATURE.every((byte, at) => file[at] === byte);

function unpacked(packed: Uint8Array, header: PngHeader, needed: number, damaged: Damaged): Uint8Array {
  const found = inflated(packed, needed, damaged);
  if (found?.length === needed) return found;
  const { width, height } = header;
  throw damaged(`its ${width} x ${height} pixels take ${needed} bytes, found ${found?.length ?? 'more'}`);
}

/** What was packed, or undefined if that is more than `most` bytes. */
function inflated(packed: Uint8Array, most: number, damaged: Damaged): Uint8Array | undefined {
  try {
    return inflateSync(packed, { maxOutputLength: most });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ERR_BUFFER_TOO_LARGE') return undefined;
    throw damaged(message);
  }
}

function readChunks(file: Uint8Array, damaged: Damaged): Chunk[] {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const chunks: Chunk[] = [];
  for (let at = SIGNATURE.length; chunks.at(-1)?.type !== 'IEND'; ) {
    const end = at + FRAME_BYTES <= file.length ? at + FRAME_BYTES + view.getUint32(at) : Infinity;
    if (end > file.length) throw damaged('it is cut short');
    const bytes = file.subarray(at, end);
    const type = String.fromCharCode(...bytes.subarray(4, DATA_AT));
    if (crc32(bytes.subarray(4, -4)) !== view.getUint32(end - 4)) {
      throw damaged(`the checksum of its chunk ${quotable(type)} is wrong`);
    }
    chunks.push({ type, data: bytes.subarray(DATA_AT, -4) });
    at = end;
  }
  return chunks;
}

/** Bytes of all rows, unpacked: each row is filled up to whole bytes, and one byte before it says how it was filtered. */
const pixelBytes = (header: PngHeader): number =>
  passesOf(header).reduce((sum, { columns, rows }) => sum + rows * (1 + rowBytes(header, columns)), 0);
