/** The segments of a JPEG file up to the one that says what its image is like: two bytes that name each, and its length. */
import type { Damaged } from './refusals.js';

export interface JpegHeader {
  readonly width: number;
  readonly height: number;
  /** 1 of a grey image, 3 of one in colour. */
  readonly channels: number;
}

const MARK = 0xff;
const START_OF_SCAN = 0xda;

/** Markers without a length: fill bytes, the start of the image, restarts. */
const isAlone = (marker: number): boolean =>
  marker === MARK || marker === 1 || (marker >= 0xd0 && marker <= 0xd8);

/** Start of frame: 0xc0 to 0xcf, but for three that are about tables. */
const isFrame = (marker: number): boolean =>
  marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);

export const isJpeg = (file: Uint8Array): boolean => file[0] === MARK && file[1] === 0xd8 && file[2] === MARK;

/**
 * The size of a JPEG image, without decoding it.
 * @throws DataError that `damaged` makes
 */
export function readJpegHeader(file: Uint8Array, damaged: Damaged): JpegHeader {
  if (!isJpeg(file)) throw damaged('it does not begin as one');
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  for (let at = 0; at + 4 <= file.length; ) {
    if (file[at] !== MARK) throw damaged('a segment ends where none begins');
    const marker = file[at + 1]!;
    if (isAlone(marker)) {
      at += marker === MARK ? 1 : 2;
      continue;
    }
    if (marker === START_OF_SCAN) throw damaged('it does not say how large it is');
    if (isFrame(marker) && at + 10 <= file.length) return frame(view, at, damaged);
    at += 2 + Math.max(2, view.getUint16(at + 2));
  }
  throw damaged('it is cut short');
}

function frame(view: DataView, at: number, damaged: Damaged): JpegHeader {
  const [bits, height, width, components] = [
    view.getUint8(at + 4),
    view.getUint16(at + 5),
    view.getUint16(at + 7),
    view.getUint8(at + 9),
  ];
  if (width === 0 || height === 0) throw damaged(`it has ${width} x ${height} pixels`);
  if (components === 4) throw damaged('its colours are those of print, CMYK; save it as RGB');
  if (bits !== 8) throw damaged(`it has ${bits} bits a channel; save it with 8`);
  if (components !== 1 && components !== 3) throw damaged(`it has ${components} channels`);
  return { width, height, channels: components };
}
