import { deflateSync } from 'node:zlib';

export interface PngOptions {
  readonly width: number;
  readonly height: number;
  /** The rows before they are packed, the filter's byte before each. */
  readonly rows: readonly number[];
  readonly depth?: number;
  readonly colourType?: number;
  readonly interlace?: number;
  /** The colour that is transparent. */
  readonly key?: readonly number[];
  /** Chunks before the pixels, by type. */
  readonly extra?: Readonly<Record<string, Uint8Array>>;
}

/** A PNG file, also of what no sound one holds. */
export function pngFile({
  width,
  height,
  rows,
  depth = 8,
  colourType = 0,
  interlace = 0,
  key,
  extra = {},
}: PngOptions): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([depth, colourType, 0, 0, interlace], 8);
  const transparent = key?.flatMap((value) => [value >> 8, value & 255]);
  return Buffer.concat([
    Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]),
    chunk('IHDR', header),
    ...Object.entries(extra).map(([type, data]) => chunk(type, data)),
    ...(transparent ? [chunk('tRNS', Uint8Array.from(transparent))] : []),
    chunk('IDAT', deflateSync(Uint8Array.from(rows))),
    chunk('IEND', new Uint8Array()),
  ]);
}

/** A chunk of a PNG file: its length, type, data and checksum. */
export function chunk(type: string, data: Uint8Array): Buffer {
  const bytes = Buffer.alloc(12 + data.length);
  bytes.writeUInt32BE(data.length, 0);
  bytes.write(type, 4, 'latin1');
  bytes.set(data, 8);
  bytes.writeUInt32BE(crc32(bytes.subarray(4, -4)), bytes.length - 4);
  return bytes;
}

/** The checksum of PNG, bit by bit. */
function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  }
  return (crc ^ 0xffffffff) >>> 0;
}
