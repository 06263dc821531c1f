/**
 * The element types of safetensors files, and what becomes of their values here: float32, as in PyTorch when they are loaded into a
 * float32 parameter, but for u32, of which our own checkpoints make use. Integers beyond 2^24 are rounded by that, and floats of 64
 * bits beyond 3.4e38 become infinite.
 */
import { fromHalf } from '../../tensor/half.js';

export interface ElementType {
  /** Bits of an element in the file. */
  readonly bits: number;
  /** The values of these bytes, little-endian; left out where no number of 32 bits is like them. */
  readonly read?: (bytes: Uint8Array) => Float32Array | Uint32Array;
}

/** Elements that a DataView reads one by one. */
const each = (bytes: number, read: (view: DataView, at: number) => number): ElementType => ({
  bits: 8 * bytes,
  read: ({ buffer, byteOffset, length }) => {
    const view = new DataView(buffer, byteOffset, length);
    return Float32Array.from({ length: length / bytes }, (_, index) => read(view, index * bytes));
  },
});

export const ELEMENT_TYPES: Readonly<Record<string, ElementType>> = {
  F64: each(8, (view, at) => view.getFloat64(at, true)),
  F32: { bits: 32, read: (bytes) => new Float32Array(copyOf(bytes)) },
  F16: each(2, (view, at) => fromHalf(view.getUint16(at, true))),
  BF16: { bits: 16, read: fromBrainFloats },
  // The upper half of a float16.
  F8_E5M2: each(1, (view, at) => fromHalf(view.getUint8(at) << 8)),
  F8_E4M3: each(1, (view, at) => fromFloat8(view.getUint8(at))),
  I64: each(8, (view, at) => Number(view.getBigInt64(at, true))),
  U64: each(8, (view, at) => Number(view.getBigUint64(at, true))),
  I32: each(4, (view, at) => view.getInt32(at, true)),
  U32: { bits: 32, read: (bytes) => new Uint32Array(copyOf(bytes)) },
  I16: each(2, (view, at) => view.getInt16(at, true)),
  U16: each(2, (view, at) => view.getUint16(at, true)),
  I8: each(1, (view, at) => view.getInt8(at)),
  U8: each(1, (view, at) => view.getUint8(at)),
  BOOL: each(1, (view, at) => (view.getUint8(at) ? 1 : 0)),
  C64: { bits: 64 },
  F8_E8M0: { bits: 8 },
  F6_E2M3: { bits: 6 },
  F6_E3M2: { bits: 6 },
  F4: { bits: 4 },
};

/** The types that are read, in words. */
export const READ_TYPES = Object.keys(ELEMENT_TYPES)
  .filter((dtype) => ELEMENT_TYPES[dtype]!.read)
  .join(', ');

/** Those that are read as they are, rather than made float32. */
export const isKept = (dtype: string): boolean => dtype === 'F32' || dtype === 'U32';

/** Not `bytes.slice()`: of a `Buffer` that gives a view and not a copy. */
const copyOf = ({ buffer, byteOffset, length }: Uint8Array): ArrayBuffer =>
  buffer.slice(byteOffset, byteOffset + length) as ArrayBuffer;

/** bfloat16 is the upper half of a float32. */
function fromBrainFloats({ buffer, byteOffset, length }: Uint8Array): Float32Array {
  const view = new DataView(buffer, byteOffset, length);
  const bits = new Uint32Array(length / 2);
  for (let index = 0; index < bits.length; index++) bits[index] = view.getUint16(2 * index, true) << 16;
  return new Float32Array(bits.buffer);
}

/** A sign, 4 bits of exponent and 3 of fraction; without infinities, and with a single NaN of either sign. */
function fromFloat8(bits: number): number {
  const sign = bits & 0x80 ? -1 : 1;
  const exponent = (bits >> 3) & 0xf;
  const fraction = bits & 7;
  if ((bits & 0x7f) === 0x7f) return Number.NaN;
  return exponent === 0 ? sign * fraction * 2 ** -9 : sign * (8 + fraction) * 2 ** (exponent - 10);
}
