/**
 * The element types of safetensors files, and what becomes of their values here. Those of every width of float become float32
 * as in PyTorch when they are loaded into a float32 parameter. Integers are what nets count with, not what they compute with:
 * only u32, of which our own checkpoints make use, is read.
 */
import { fromHalf } from '../../tensor/half.js';

export interface ElementType {
  /** Bytes of an element in the file. */
  readonly bytes: number;
  /** The values of these bytes, little-endian; left out where a tensor of such elements is of no use here. */
  readonly read?: (bytes: Uint8Array) => Float32Array | Uint32Array;
}

export const ELEMENT_TYPES: Readonly<Record<string, ElementType>> = {
  F64: { bytes: 8, read: (bytes) => floats(bytes, 8, (view, at) => view.getFloat64(at, true)) },
  F32: { bytes: 4, read: (bytes) => new Float32Array(copyOf(bytes)) },
  F16: { bytes: 2, read: (bytes) => floats(bytes, 2, (view, at) => fromHalf(view.getUint16(at, true))) },
  BF16: { bytes: 2, read: fromBrainFloats },
  U32: { bytes: 4, read: (bytes) => new Uint32Array(copyOf(bytes)) },
  I64: { bytes: 8 },
  U64: { bytes: 8 },
  I32: { bytes: 4 },
  I16: { bytes: 2 },
  U16: { bytes: 2 },
  I8: { bytes: 1 },
  U8: { bytes: 1 },
  BOOL: { bytes: 1 },
};

/** Not `bytes.slice()`: of a `Buffer` that gives a view and not a copy. */
const copyOf = ({ buffer, byteOffset, length }: Uint8Array): ArrayBuffer =>
  buffer.slice(byteOffset, byteOffset + length) as ArrayBuffer;

function floats(
  { buffer, byteOffset, length }: Uint8Array,
  size: number,
  read: (view: DataView, at: number) => number,
): Float32Array {
  const view = new DataView(buffer, byteOffset, length);
  const values = new Float32Array(length / size);
  for (let index = 0; index < values.length; index++) values[index] = read(view, index * size);
  return values;
}

/** bfloat16 is the upper half of a float32. */
function fromBrainFloats({ buffer, byteOffset, length }: Uint8Array): Float32Array {
  const view = new DataView(buffer, byteOffset, length);
  const bits = new Uint32Array(length / 2);
  for (let index = 0; index < bits.length; index++) bits[index] = view.getUint16(2 * index, true) << 16;
  return new Float32Array(bits.buffer);
}
