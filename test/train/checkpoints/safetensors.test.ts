import { describe, expect, it, vi } from 'vitest';
import { ArgumentError } from '../../../src/errors/errors.js';
import {
  decodeSafetensors,
  encodeSafetensors,
  type HostTensor,
} from '../../../src/train/checkpoints/safetensors.js';
import { RunError } from '../../../src/train/run/run-error.js';

const tensors = new Map<string, HostTensor>([
  [
    'weight',
    { shape: [2, 3], values: Float32Array.of(1, -2.5, 3e-38, Number.NaN, Number.POSITIVE_INFINITY, -0) },
  ],
  ['labels', { shape: [3], values: Uint32Array.of(0, 7, 2 ** 32 - 1) }],
  ['scalar', { shape: [], values: Float32Array.of(0.1) }],
  ['empty', { shape: [0, 4], values: new Float32Array(0) }],
]);
const metadata = { note: 'Größe "quoted"\n', epoch: '3' };

/** A file with this text for a header, and these many bytes of values. */
function file(header: string, valueBytes: number): Uint8Array {
  const text = Buffer.from(header);
  const bytes = new Uint8Array(8 + text.length + valueBytes);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(text.length), true);
  bytes.set(text, 8);
  return bytes;
}

const entry = (shape: number[], from: number, to: number, dtype = 'F32') =>
  JSON.stringify({ dtype, shape, data_offsets: [from, to] });

describe('safetensors', () => {
  // Files are read into Buffers, which are not quite Uint8Arrays.
  it.each([Uint8Array, Buffer])('gives back bit by bit what was written, from a %o', (ArrayType) => {
    const read = decodeSafetensors(ArrayType.from(encodeSafetensors({ tensors, metadata })), 'memory');
    expect(read.metadata).toEqual(metadata);
    expect([...read.tensors.keys()]).toEqual([...tensors.keys()]);
    for (const [name, { shape, values }] of tensors) {
      const found = read.tensors.get(name)!;
      expect(found.shape).toEqual(shape);
      expect(found.values.constructor).toBe(values.constructor);
      expect(new Uint8Array(found.values.buffer)).toEqual(new Uint8Array(values.buffer));
    }
  });

  it.each<[string, unknown]>([
    ['more values than the shape says', { shape: [2], values: new Float32Array(3) }],
    ['values of 64 bits', { shape: [2], values: new Float64Array(2) }],
    ['a list', [1, 2]],
    ['a shape alone', { shape: [0] }],
  ])('writes no file that no reader would take: %s', (_, value) => {
    const write = (content: object) => () => encodeSafetensors(content as never);
    expect(write({ tensors: new Map([['a', value]]), metadata: {} })).toThrow(ArgumentError);
    expect(write({ tensors: { a: value }, metadata: {} })).toThrow(ArgumentError);
    const sound = { shape: [1], values: Float32Array.of(1) };
    expect(write({ tensors: new Map([['a', sound]]), metadata: {} })).not.toThrow();
    expect(write({ tensors: new Map([['a', sound]]), metadata: { note: 5 } })).toThrow(ArgumentError);
    expect(write({ tensors: new Map([['__metadata__', sound]]), metadata: {} })).toThrow(ArgumentError);
  });

  it('lays the file out as the format says', () => {
    const bytes = encodeSafetensors({
      tensors: new Map([['a', { shape: [1], values: Float32Array.of(1) }]]),
      metadata: {},
    });
    const length = Number(new DataView(bytes.buffer).getBigUint64(0, true));
    expect(length % 8).toBe(0);
    expect(JSON.parse(Buffer.from(bytes.subarray(8, 8 + length)).toString())).toEqual({
      __metadata__: {},
      a: { dtype: 'F32', shape: [1], data_offsets: [0, 4] },
    });
    expect([...bytes.subarray(8 + length)]).toEqual([0x00, 0x00, 0x80, 0x3f]);
  });

  it('reads tensors in any order of the header, and a header without metadata', () => {
    const bytes = file(`{"b":${entry([1], 4, 8)},"a":${entry([1], 0, 4)}}`, 8);
    bytes.set(new Uint8Array(Float32Array.of(1, 2).buffer), bytes.length - 8);
    const { tensors: read, metadata: notes } = decodeSafetensors(bytes, 'memory');
    expect([...read].map(([name, { values }]) => [name, values[0]])).toEqual([
      ['a', 1],
      ['b', 2],
    ]);
    expect(notes).toEqual({});
  });

  it('reads numbers of every type as float32, and leaves out what is none', () => {
    const warned = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
    const types = {
      F64: [Buffer.from(Float64Array.of(0.1, -1e300).buffer), [Math.fround(0.1), Number.NEGATIVE_INFINITY]],
      F16: [
        [0x00, 0x3c, 0x01, 0x80],
        [1, -(2 ** -24)],
      ],
      BF16: [
        [0x80, 0x3f, 0x49, 0xc0],
        [1, -3.140625],
      ],
      F8_E5M2: [
        [0x3c, 0xfb, 0x7c],
        [1, -57344, Number.POSITIVE_INFINITY],
      ],
      F8_E4M3: [
        [0x38, 0xfe, 0x01, 0x7f],
        [1, -448, 2 ** -9, Number.NaN],
      ],
      I64: [Buffer.from(BigInt64Array.of(-391n, 2n ** 24n + 1n).buffer), [-391, 2 ** 24]],
      U64: [Buffer.from(BigUint64Array.of(2n ** 64n - 1n).buffer), [2 ** 64]],
      I32: [Buffer.from(Int32Array.of(-(2 ** 31), 7).buffer), [-(2 ** 31), 7]],
      I16: [Buffer.from(Int16Array.of(-32768, 7).buffer), [-32768, 7]],
      U16: [Buffer.from(Uint16Array.of(65535).buffer), [65535]],
      I8: [
        [0x80, 0x7f],
        [-128, 127],
      ],
      U8: [
        [0x80, 0x7f],
        [128, 127],
      ],
      BOOL: [
        [1, 0],
        [1, 0],
      ],
    } satisfies Record<string, [Iterable<number>, number[]]>;
    for (const [dtype, [bytes, expected]] of Object.entries(types)) {
      const values = Uint8Array.from(bytes as Iterable<number>);
      const one = file(`{"a":${entry([expected.length], 0, values.length, dtype)}}`, values.length);
      one.set(values, one.length - values.length);
      const read = decodeSafetensors(one, 'x');
      expect([...read.tensors.get('a')!.values], dtype).toEqual(expected);
      expect(read.converted, dtype).toEqual(new Map([['a', dtype]]));
    }
    const others = `{"a":${entry([2], 0, 1, 'F4')},"b":${entry([2], 1, 17, 'C64')},"c":${entry([3], 17, 20, 'X3')}}`;
    const { tensors: none, leftOut } = decodeSafetensors(file(others, 20), 'x');
    warned.mockRestore();
    expect([...none.keys(), ...leftOut]).toEqual([
      ['a', 'F4'],
      ['b', 'C64'],
      ['c', 'X3'],
    ]);
  });

  const sound = encodeSafetensors({ tensors, metadata });
  it.each<[string, Uint8Array, string]>([
    ['an empty file', new Uint8Array(0), 'it has 0 bytes, fewer than any such file'],
    ['a cut header', sound.subarray(0, 40), 'bytes and has 40 bytes in all'],
    ['cut values', sound.subarray(0, sound.length - 1), 'ends at byte 40 of 39; the file is cut short'],
    [
      'bytes after the end',
      Buffer.concat([sound, Buffer.from('x')]),
      '1 bytes after the last tensor belong to none',
    ],
    ['a huge header', new Uint8Array(8).fill(255), 'it announces a header of'],
    ['no JSON', file('{"a"', 0), 'its header is not valid JSON'],
    ['no UTF-8', Uint8Array.of(1, 0, 0, 0, 0, 0, 0, 0, 0xff), 'its header is not valid JSON'],
    ['no object', file('[1]', 0), 'its header is not a JSON object'],
    ['a hole', file(`{"a":${entry([1], 4, 8)}}`, 8), 'tensor "a" starts at byte 4, expected 0'],
    [
      'an overlap',
      file(`{"a":${entry([2], 0, 8)},"b":${entry([1], 4, 8)}}`, 8),
      'starts at byte 4, expected 8',
    ],
    [
      'an end before its start',
      file(`{"a":${entry([0], 4, 0, 'NEW')}}`, 0),
      'ends at byte 0, before it starts',
    ],
    ['a wrong size', file(`{"a":${entry([3], 0, 8)}}`, 8), 'tensor "a" has shape [3] of F32 in 8 bytes'],
    [
      'no shape',
      file('{"a":{"dtype":"F32","data_offsets":[0,4]}}', 4),
      'needs dtype, shape and data_offsets',
    ],
    ['a negative length', file(`{"a":${entry([-1], 0, 4)}}`, 4), 'needs dtype, shape and data_offsets'],
    [
      'metadata that are no texts',
      file('{"__metadata__":{"a":1}}', 0),
      'its __metadata__ is not made of texts',
    ],
  ])('refuses %s', (_, bytes, why) => {
    const read = () => decodeSafetensors(bytes, 'x.safetensors');
    expect(read).toThrow(RunError);
    expect(read).toThrow(/^reading x\.safetensors: not a sound safetensors file: /);
    expect(read).toThrow(why);
  });
});
