/**
 * As what a kernel's operands are stored. A shader says it in aliases, `alias Stored = f32;`, which specialisation may make f16, and
 * a kernel's declaration says which operands go by which; the types of the tensors decide.
 */
import { DawngradError } from '../errors/errors.js';
import { elementOf } from '../gpu/shaders/declaration.js';
import type { Constants, StorageType } from '../gpu/shaders/shader.js';
import { isUsers } from '../gpu/shaders/shader-files.js';
import { ELEMENT_BYTES, type Tensor } from '../tensor/tensor.js';

/** A tensor for each binding; undefined for one that the shader does not touch. */
export type Operands<B extends string = string> = Readonly<Record<B, Tensor | undefined>>;

/** Which bindings go by which alias. */
interface StorageDeclaration<B extends string, S extends string> {
  readonly name: string;
  readonly shader: string;
  readonly bindings: Readonly<Record<B, unknown>>;
  readonly storage?: Readonly<Record<S, readonly B[]>>;
}

/** What each storage type of a kernel is. */
type StorageTypes<S extends string = string> = Readonly<Record<S, StorageType>>;

/**
 * What each storage type of a kernel is for these tensors; f32 where none of its operands is there.
 * @throws DawngradError when two that should be of one type are not, or one is of a type that the kernel does not take
 */
export function storageTypes<B extends string, S extends string>(
  { name, shader, bindings, storage }: StorageDeclaration<B, S>,
  tensors: Operands<B>,
): StorageTypes<S> {
  const entries = Object.entries(storage ?? {}) as [S, readonly B[]][];
  const types = entries.map(([alias, operands]) => [alias, typeOf(name, operands, tensors)] as const);
  const named = new Set(entries.flatMap(([, operands]) => operands));
  for (const operand in bindings) {
    const dtype = named.has(operand) ? 'f32' : tensors[operand]?.dtype;
    if (dtype === 'f16') {
      throw new DawngradError(
        `${name}: ${operand} is f16, and this kernel takes no halves there; cast it to f32`,
      );
    }
    const element = dtype === undefined || named.has(operand) ? undefined : elementOf(shader, operand);
    // The engine's own copy words whatever they mean; a kernel of the user's would misread them.
    const misread = dtype === 'u32' ? element === 'f32' : isUsers(shader) && element !== 'f32';
    if (element !== undefined && misread) {
      throw new DawngradError(`${name}: ${operand} is ${dtype}, and this kernel takes ${element} there`);
    }
  }
  return Object.fromEntries(types) as StorageTypes<S>;
}

/** The one type of these operands. */
function typeOf<B extends string>(kernel: string, operands: readonly B[], tensors: Operands<B>): StorageType {
  const [first, ...others] = operands.filter((operand) => tensors[operand] !== undefined);
  const dtype = first === undefined ? 'f32' : tensors[first]?.dtype;
  const other = others.find((operand) => tensors[operand]?.dtype !== dtype);
  if (other !== undefined) {
    throw new DawngradError(
      `${kernel}: ${first} is ${dtype} and ${other} is ${tensors[other]?.dtype}; they must be of one type, so cast one of them`,
    );
  }
  if (dtype !== 'f32' && dtype !== 'f16') {
    throw new DawngradError(`${kernel}: ${first} is ${dtype}; this kernel takes f32 or f16 there`);
  }
  return dtype;
}

/** Bytes of an element of each storage type. */
export const bytesOf = <S extends string>(types: StorageTypes<S>): Record<S, number> =>
  Object.fromEntries(
    Object.entries<StorageType>(types).map(([alias, type]) => [alias, ELEMENT_BYTES[type]]),
  ) as Record<S, number>;

/** What the shader must be told: that it stores f32, it says itself. */
export const halvesAmong = (types: StorageTypes): Constants =>
  Object.fromEntries(Object.entries(types).filter(([, type]) => type === 'f16'));
