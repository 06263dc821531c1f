/**
 * The chunks of a PNG file: a length, a type, data and a checksum each. Checked here is what `fast-png` takes on trust: that the
 * header describes an image of bearable size, and that there are pixels for all of it, no fewer and no more.
 */
import { inflateSync } from 'node:zlib';
import { DataError } from './dataset.js';
import { mostUnpacked } from './formats/unpack.js';

const SIGNATURE = [137, 80, 78, 71, 13, 10, 26, 10];

/** Bytes of a chunk besides its data, and where the data begin. */
const FRAME_BYTES = 12;
const DATA_AT = 8;

/** The colour types by their code: the channels of a pixel in the file, and how many bits each may have. */
const COLOUR_TYPES: Readonly<Record<number, { channels: number; depths: readonly number[] }>> = {
  0: { channels: 1, depths: [1, 2, 4, 8, 16] },
  2: { channels: 3, depths: [8, 16] },
  3: { channels: 1, depths: [1, 2, 4, 8] },
  4: { channels: 2, depths: [8, 16] },
  6: { channels: 4, depths: [8, 16] },
};
const PALETTE = 3;

/** Where the pixels of each of Adam's seven passes lie: the first column and row, and the steps to the next. */
const PASSES = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
] as const;

interface Chunk {
  readonly type: string;
  readonly data: Uint8Array;
  /** The chunk as a whole. */
  readonly bytes: Uint8Array;
}

interface Header {
  readonly width: number;
  readonly height: number;
  readonly depth: number;
  readonly colourType: number;
  readonly channels: number;
  readonly interlaced: boolean;
}

/**
 * The file again with nothing but the chunks that say what its pixels are.
 * @throws DataError if it is not a PNG file, too large an image, or does not hold the pixels that it announces
 */
export function soundPng(path: string, file: Uint8Array): Uint8Array {
  const damaged = (why: string): DataError =>
    new DataError(`${path}: not a PNG image that can be read (${why})`);
  if (!SIGNATURE.every((byte, at) => file[at] === byte)) throw damaged('it does not begin as one');
  const chunks = readChunks(file, damaged);
  const header = readHeader(chunks[0], damaged);
  const needed = pixelBytes(header);
  // As `fast-png` works: what is packed, unpacked twice and put together, and then numbers of four bytes.
  const { width, height, channels } = header;
  const memory = 3 * needed + 4 * width * height * (channels < 3 ? 1 : 3);
  if (memory > mostUnpacked(file.length)) {
    throw new DataError(
      `${path}: its ${width} x ${height} pixels are more than can be read; make it smaller first`,
    );
  }
  const packed = joined(chunks.filter(({ type }) => type === 'IDAT').map(({ data }) => data));
  const found = unpackedLength(packed, needed, damaged);
  if (found !== needed)
    throw damaged(
      `its ${width} x ${height} pixels take ${needed} bytes, found ${found > needed ? 'more' : found}`,
    );
  const sizeOf = (type: string): number | undefined => {
    const [only, second] = chunks.filter((chunk) => chunk.type === type);
    if (second) throw damaged(`it has two chunks of type ${type}`);
    return only?.data.length;
  };
  sizeOf('IHDR');
  const [palette, transparent] = [sizeOf('PLTE'), sizeOf('tRNS')];
  if (header.colourType === PALETTE && !palette) throw damaged('it has no palette');
  if (header.colourType !== PALETTE && transparent !== undefined && transparent !== 2 * channels) {
    throw damaged(`its transparent colour takes ${transparent} bytes`);
  }
  const kept = ['IHDR', ...(header.colourType === PALETTE ? ['PLTE'] : []), 'tRNS', 'IDAT', 'IEND'];
  const frames = chunks.filter(({ type }) => kept.includes(type)).map(({ bytes }) => bytes);
  return joined([Uint8Array.from(SIGNATURE), ...frames]);
}

/** Bytes that the pixels unpack to, or `most` + 1 if there are more. */
function unpackedLength(packed: Uint8Array, most: number, damaged: (why: string) => DataError): number {
  try {
    return inflateSync(packed, { maxOutputLength: most }).length;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ERR_BUFFER_TOO_LARGE') return most + 1;
    throw damaged(message);
  }
}

function readChunks(file: Uint8Array, damaged: (why: string) => DataError): Chunk[] {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const chunks: Chunk[] = [];
  for (let at = SIGNATURE.length; chunks.at(-1)?.type !== 'IEND'; ) {
    const end = at + FRAME_BYTES <= file.length ? at + FRAME_BYTES + view.getUint32(at) : Infinity;
    if (end > file.length) throw damaged('it is cut short');
    const bytes = file.subarray(at, end);
    const type = String.fromCharCode(...bytes.subarray(4, DATA_AT));
    chunks.push({ type, bytes, data: bytes.subarray(DATA_AT, -4) });
    at = end;
  }
  return chunks;
}

function readHeader(chunk: Chunk | undefined, damaged: (why: string) => DataError): Header {
  if (chunk?.type !== 'IHDR' || chunk.data.length !== 13) throw damaged('it has no header');
  const view = new DataView(chunk.data.buffer, chunk.data.byteOffset);
  const [width, height] = [view.getUint32(0), view.getUint32(4)];
  const [depth, colourType, compression, filter, interlace] = [...chunk.data.subarray(8)] as [
    number,
    number,
    number,
    number,
    number,
  ];
  if (width === 0 || height === 0) throw damaged(`it has ${width} x ${height} pixels`);
  const colours = COLOUR_TYPES[colourType];
  if (!colours?.depths.includes(depth)) {
    throw damaged(`there are no pixels of colour type ${colourType} with ${depth} bits a channel`);
  }
  if (compression !== 0 || filter !== 0 || interlace > 1) throw damaged('it is packed in an unknown way');
  const interlaced = interlace === 1;
  if (interlaced && depth < 8) {
    throw damaged(`it is interlaced, with ${depth} bits a channel; save it without interlacing`);
  }
  return { width, height, depth, colourType, channels: colours.channels, interlaced };
}

/** Bytes of all rows, unpacked: each row is filled up to whole bytes, and one byte before it says how it was filtered. */
function pixelBytes({ width, height, depth, channels, interlaced }: Header): number {
  const bytesOf = (columns: number, rows: number): number =>
    columns === 0 ? 0 : rows * (1 + Math.ceil((columns * channels * depth) / 8));
  if (!interlaced) return bytesOf(width, height);
  return PASSES.reduce(
    (sum, [left, top, across, down]) =>
      sum + bytesOf(Math.ceil((width - left) / across), Math.ceil((height - top) / down)),
    0,
  );
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
