import { describe, expect, it } from 'vitest';
import { parseMat5 } from '../../../src/data/formats/mat5.js';
import { type MatVariable, matFile } from '../writers/mat5.js';

const LITTLE = { bigEndian: false };
const BIG = { bigEndian: true };

/** A file's bytes in doubles, in the given order. */
function doubles(values: readonly number[], bigEndian: boolean): Uint8Array {
  const view = new DataView(new ArrayBuffer(8 * values.length));
  values.forEach((value, i) => {
    view.setFloat64(8 * i, value, !bigEndian);
  });
  return new Uint8Array(view.buffer);
}

const bytesOf = (name: string, sizes: readonly number[], ...bytes: number[]): MatVariable => ({
  name,
  sizes,
  type: 2,
  bytes: Uint8Array.from(bytes),
});

describe('parseMat5', () => {
  it.each([
    { ...LITTLE, compressed: false },
    { ...LITTLE, compressed: true },
    { ...BIG, compressed: false },
    { ...BIG, compressed: true },
  ])('reads bytes and doubles, long names and short: %o', (options) => {
    const y = {
      name: 'y',
      sizes: [3, 1],
      type: 9,
      arrayClass: 6,
      bytes: doubles([1, 10, -0.5], options.bigEndian),
    };
    const file = matFile(
      [bytesOf('longer_name', [2, 3], 1, 2, 3, 4, 5, 6), y, bytesOf('small', [1, 2], 8, 9)],
      options,
    );
    const found = parseMat5('file.mat', file);
    expect([...found.keys()]).toEqual(['longer_name', 'y', 'small']);
    expect(found.get('longer_name')!.sizes).toEqual([2, 3]);
    expect([...found.get('longer_name')!.elements]).toEqual([1, 2, 3, 4, 5, 6]);
    expect(found.get('y')).toEqual({ sizes: [3, 1], elements: Float64Array.of(1, 10, -0.5) });
    expect([...found.get('small')!.elements]).toEqual([8, 9]);
  });

  it.each([
    ['int8', 1, [255], -1],
    ['int16', 3, [255, 254], -2],
    ['uint16', 4, [255, 254], 65_534],
    ['int32', 5, [255, 255, 255, 253], -3],
    ['uint32', 6, [255, 255, 255, 253], 4_294_967_293],
    ['single', 7, [0x3f, 0x20, 0, 0], 0.625],
    ['int64', 12, [255, 255, 255, 255, 255, 255, 255, 252], -4],
    ['uint64', 13, [0, 0, 1, 0, 0, 0, 0, 2], 2 ** 40 + 2],
  ])('reads a double that is stored as %s', (_name, type, bytes, value) => {
    const variable = { name: 'v', sizes: [1, 1], type, arrayClass: 6 };
    const big = matFile([{ ...variable, bytes: Uint8Array.from(bytes) }], BIG);
    const little = matFile([{ ...variable, bytes: Uint8Array.from(bytes.toReversed()) }], LITTLE);
    for (const file of [big, little]) expect([...parseMat5('f', file).get('v')!.elements]).toEqual([value]);
  });

  it('skips variables that are not numeric', () => {
    const text = { name: 't', sizes: [1, 2], type: 16, arrayClass: 4, bytes: Buffer.from('ab') };
    expect([...parseMat5('f', matFile([text, bytesOf('v', [1, 1], 1)])).keys()]).toEqual(['v']);
  });

  const good = matFile([bytesOf('v', [3, 3], 1, 2, 3, 4, 5, 6, 7, 8, 9)]);
  const packed = matFile([bytesOf('v', [3, 3], 1, 2, 3, 4, 5, 6, 7, 8, 9)], { compressed: true });
  const damaged = Buffer.from(packed);
  damaged.fill(0xff, 136, 150);

  it.each([
    [
      'an empty file',
      Buffer.alloc(0),
      'expected a MATLAB level 5 MAT-file, found no such header; this is not the file',
    ],
    [
      'another file',
      Buffer.alloc(500),
      'expected a MATLAB level 5 MAT-file, found no such header; this is not the file',
    ],
    [
      'version 7.3',
      matFile([], { version: 0x0200 }),
      'expected a MAT-file of version 0x100, found 0x200; save it with "-v7" (or "-v6")',
    ],
    [
      'a variable cut short',
      good.subarray(0, -16),
      'an element of 64 bytes is announced where 48 are left; the file is cut short or damaged: download it again',
    ],
    [
      'a tag cut short',
      Buffer.concat([good, Buffer.alloc(4)]),
      'an element of 8 bytes is announced where 4 are left',
    ],
    [
      'compressed data cut short',
      packed.subarray(0, -5),
      `an element of ${packed.length - 136} bytes is announced where ${packed.length - 141} are left`,
    ],
    [
      'compressed data damaged',
      damaged,
      'damaged compressed data (incorrect header check); download it again',
    ],
    [
      'fewer elements than announced',
      matFile([bytesOf('v', [3, 3], 1, 2)]),
      'variable "v" announces 3 x 3 elements, found 2; download it again',
    ],
    [
      'an element of no known type',
      matFile([{ ...bytesOf('v', [1, 1], 1), type: 8 }]),
      'expected numbers, found an element of type 8; download it again',
    ],
  ])('refuses %s', (_what, bytes, message) => {
    expect(() => parseMat5('file.mat', bytes)).toThrow(`file.mat: ${message}`);
  });
});
