import { describe, expect, it } from 'vitest';
import { readImage } from '../../../src/data/codecs/read-image.js';
import { DataError } from '../../../src/data/dataset.js';
import { type Colour, jpegFile } from '../writers/jpeg.js';

const [RED, GREEN, BLUE, WHITE]: Colour[] = [
  [230, 20, 20],
  [20, 200, 20],
  [20, 20, 220],
  [250, 250, 250],
];

/** Red and green above blue and white, wider than high. */
const QUARTERS = {
  width: 32,
  height: 16,
  colourOf: (x: number, y: number): Colour =>
    [RED, GREEN, BLUE, WHITE][(x >= 16 ? 1 : 0) + (y >= 8 ? 2 : 0)]!,
};

/** Which colour each quarter shows, from the upper left on, row by row. */
async function quartersOf(file: Uint8Array): Promise<(string | undefined)[]> {
  const { width, height, pixels } = await readImage(file);
  const names = { red: RED, green: GREEN, blue: BLUE, white: WHITE };
  return [
    [0.25, 0.25],
    [0.75, 0.25],
    [0.25, 0.75],
    [0.75, 0.75],
  ].map(([x, y]) => {
    const at = Math.floor(y! * height) * width + Math.floor(x! * width);
    const isNear = (colour: Colour) =>
      colour.every((value, channel) => Math.abs(pixels[channel * width * height + at]! - value) <= 4);
    return Object.entries(names).find(([, colour]) => isNear(colour))?.[0];
  });
}

const asTaken = ['red', 'green', 'blue', 'white'];

describe('readImage of a JPEG file', () => {
  it.each([false, true])('reads it, progressive: %s', async (progressive) => {
    const file = await jpegFile({ ...QUARTERS, progressive });
    expect(await readImage(file)).toMatchObject({ channels: 3, height: 16, width: 32 });
    expect(await quartersOf(file)).toEqual(asTaken);
  });

  it('reads grey as one plane', async () => {
    const { channels, pixels } = await readImage(
      await jpegFile({ ...QUARTERS, grey: true, colourOf: () => [77, 77, 77] }),
    );
    expect([channels, pixels.length]).toEqual([1, 32 * 16]);
    for (const value of pixels) expect(Math.abs(value - 77)).toBeLessThanOrEqual(1);
  });

  it.each([
    [1, [32, 16], asTaken],
    [2, [32, 16], ['green', 'red', 'white', 'blue']],
    [3, [32, 16], ['white', 'blue', 'green', 'red']],
    [4, [32, 16], ['blue', 'white', 'red', 'green']],
    [5, [16, 32], ['red', 'blue', 'green', 'white']],
    [6, [16, 32], ['blue', 'red', 'white', 'green']],
    [7, [16, 32], ['white', 'green', 'blue', 'red']],
    [8, [16, 32], ['green', 'white', 'red', 'blue']],
  ])('turns it as EXIF says: %i', async (orientation, [width, height], quarters) => {
    const file = await jpegFile({ ...QUARTERS, orientation });
    expect(await readImage(file)).toMatchObject({ width, height });
    expect(await quartersOf(file)).toEqual(quarters);
  });

  const changed = async (change: (file: Buffer) => Uint8Array): Promise<Uint8Array> =>
    change(await jpegFile(QUARTERS));
  /** Where the segment is that says how large the image is. */
  const frame = (file: Buffer): number => file.indexOf(Buffer.from([0xff, 0xc0]));
  const write = (file: Buffer, at: number, ...bytes: number[]): Buffer => {
    file.set(bytes, frame(file) + at);
    return file;
  };
  it.each<[string, (file: Buffer) => Uint8Array, RegExp]>([
    ['cut short', (file) => file.subarray(0, file.length - 60), /Premature end of JPEG file\)$/],
    ['of a header alone', (file) => file.subarray(0, 30), /it is cut short\)$/],
    [
      'with damage in it',
      (file) => file.fill(0x55, file.length - 100, file.length - 40),
      /Bogus Huffman table definition\)$/,
    ],
    [
      'of pixels without number',
      (file) => write(file, 5, 0xff, 0xff, 0xff, 0xff),
      /its 65535 x 65535 pixels are more than can be read; make it smaller first$/,
    ],
    ['of no pixels', (file) => write(file, 5, 0, 0), /it has 32 x 0 pixels\)$/],
    ['in the colours of print', (file) => write(file, 9, 4), /CMYK; save it as RGB\)$/],
    ['of 12 bits', (file) => write(file, 4, 12), /it has 12 bits a channel; save it with 8\)$/],
  ])('refuses one %s, and reads the next', async (_, change, message) => {
    const refused = await readImage(await changed(change)).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(DataError);
    expect((refused as Error).message).toMatch(message);
    expect(await quartersOf(await jpegFile(QUARTERS))).toEqual(asTaken);
  });
});

it.each([
  ['nothing', '', 'the file is empty'],
  ['a WebP', 'RIFF1234WEBPVP8 ', 'a WebP image; only PNG and JPEG can be read'],
  ['a GIF', 'GIF89a', 'a GIF image; only PNG and JPEG can be read'],
  ['text', 'photo', 'neither a PNG nor a JPEG image'],
])('readImage says that bytes are %s', async (_, text, message) => {
  await expect(readImage(Buffer.from(text))).rejects.toThrow(new DataError(`readImage: ${message}`));
});
