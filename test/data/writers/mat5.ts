import { deflateSync } from 'node:zlib';

/** One variable to write: `type` is the code by which its elements are stored, `bytes` the elements so stored. */
export interface MatVariable {
  readonly name: string;
  readonly sizes: readonly number[];
  readonly type: number;
  readonly bytes: Uint8Array;
  /** The MATLAB class, by default 9, unsigned bytes. */
  readonly arrayClass?: number;
}

export interface MatFileOptions {
  readonly bigEndian?: boolean;
  readonly compressed?: boolean;
  readonly version?: number;
}

/** A level 5 MAT-file. Elements of up to four bytes are written in the small format, as MATLAB does. */
export function matFile(variables: readonly MatVariable[], options: MatFileOptions = {}): Buffer {
  const { bigEndian = false, compressed = false, version = 0x0100 } = options;
  const number = (value: number, size: 2 | 4): Buffer => {
    const bytes = Buffer.alloc(size);
    if (bigEndian) bytes.writeUIntBE(value, 0, size);
    else bytes.writeUIntLE(value, 0, size);
    return bytes;
  };
  const words = (...values: number[]): Buffer => Buffer.concat(values.map((value) => number(value, 4)));
  const element = (type: number, data: Uint8Array): Buffer => {
    if (data.length > 0 && data.length <= 4) {
      return Buffer.concat([words((data.length << 16) | type), data, Buffer.alloc(4 - data.length)]);
    }
    return Buffer.concat([words(type, data.length), data, Buffer.alloc(-data.length & 7)]);
  };
  const matrix = ({ name, sizes, type, bytes, arrayClass = 9 }: MatVariable): Buffer =>
    element(
      14,
      Buffer.concat([
        element(6, words(arrayClass, 0)),
        element(5, words(...sizes)),
        element(1, Buffer.from(name, 'latin1')),
        element(type, bytes),
      ]),
    );
  const pack = (bytes: Buffer): Buffer => {
    const packed = deflateSync(bytes);
    return Buffer.concat([words(15, packed.length), packed]);
  };
  const text = Buffer.from('MATLAB 5.0 MAT-file, written by a test'.padEnd(124));
  const header = Buffer.concat([text, number(version, 2), number(0x4d49, 2)]);
  return Buffer.concat([header, ...variables.map(matrix).map((bytes) => (compressed ? pack(bytes) : bytes))]);
}
