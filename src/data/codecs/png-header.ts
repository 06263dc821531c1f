/** What a PNG file says of its image before its pixels. */
import type { Damaged } from './refusals.js';

export interface PngHeader {
  readonly width: number;
  readonly height: number;
  /** Bits a channel. */
  readonly depth: number;
  readonly colourType: number;
  /** Numbers that the file has of a pixel: 1 for grey or an index into the palette, 2 with alpha, 3 or 4 of colours. */
  readonly channels: number;
  readonly interlaced: boolean;
}

/** The colour types by their code: the channels of a pixel in the file, and how many bits each may have. */
const COLOUR_TYPES: Readonly<Record<number, { channels: number; depths: readonly number[] }>> = {
  0: { channels: 1, depths: [1, 2, 4, 8, 16] },
  2: { channels: 3, depths: [8, 16] },
  3: { channels: 1, depths: [1, 2, 4, 8] },
  4: { channels: 2, depths: [8, 16] },
  6: { channels: 4, depths: [8, 16] },
};

/** What the 13 bytes of a header say. */
export function parsePngHeader(data: Uint8Array, damaged: Damaged): PngHeader {
  const view = new DataView(data.buffer, data.byteOffset);
  const [width, height] = [view.getUint32(0), view.getUint32(4)];
  const [depth, colourType, compression, filter, interlace] = [...data.subarray(8)] as [
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
  return { width, height, depth, colourType, channels: colours.channels, interlaced: interlace === 1 };
}
