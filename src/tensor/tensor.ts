import { checkArgument } from '../errors/check-options.js';
import { ArgumentError, DawngradError, ShapeError } from '../errors/errors.js';
import { boolean, oneOf, rule } from '../errors/rules.js';
import { show } from '../errors/show.js';
import { checkDevice } from '../gpu/check-device.js';
import type { Device } from '../gpu/device.js';
import { ALIGNMENT, type Memory } from '../gpu/memory/memory.js';
import { halvesOf, widened } from './half.js';
import { bracketed, shownOf } from './print.js';
import { checkShape, formatShape, reshapedShape, type Shape, sameShape, sizeOf } from './shape.js';
import { Storage } from './storage.js';

/**
 * The type of a tensor's elements: 32-bit floats; 16-bit floats, as which some devices store what they compute in single precision;
 * or 32-bit unsigned integers for labels, bytes packed by four, and random keys.
 */
export type DType = 'f32' | 'f16' | 'u32';

/** The arrays that hold their values on the host, where nothing is stored as halves. */
const ARRAYS = { f32: Float32Array, f16: Float32Array, u32: Uint32Array } as const;

/** Bytes of an element on the device. */
export const ELEMENT_BYTES: Readonly<Record<DType, number>> = { f32: 4, f16: 2, u32: 4 };

/** The numbers that bytes of the device's are. */
export const valuesOf = (bytes: ArrayBuffer, dtype: DType): Float32Array | Uint32Array =>
  dtype === 'f16' ? widened(new Uint16Array(bytes)) : new ARRAYS[dtype](bytes);

/** Tensors that the garbage collector takes give their storage back; `dispose` and `tidy` do it sooner. */
const collected = new FinalizationRegistry<Storage>((storage) => storage.release());

/** Values that were read, as far as they are shown. */
interface Seen {
  readonly version: number | undefined;
  readonly shown: Float32Array | Uint32Array;
}

/** There is nothing to read. */
const EMPTY: Seen = { version: undefined, shown: new Float32Array(0) };

/** How a tensor was computed. The tape writes it, and knows more of it: see src/autograd/tape.ts. */
export interface TapeNode {
  /** The name of the op that made the tensor, `'conv2d'` for instance. */
  readonly op: string;
  /** The tensors that it made it from. */
  readonly inputs: readonly Tensor[];
}

/**
 * A dense row-major array on a device. Images are `[N, C, H, W]`.
 *
 * A tensor's values are on the GPU; reading them (`toArray`, `item`) is the one asynchronous thing. The methods that
 * compute (`add`, `relu`, `backward`, ...) are in src/autograd/methods.ts.
 */
export class Tensor {
  /** Where its memory is, and where ops on it run. */
  readonly device: Device;
  /** The lengths of its axes, outermost first; `[]` for a scalar. */
  readonly shape: Shape;
  /** The type of its elements. */
  readonly dtype: DType;
  /** The number of its elements. */
  readonly size: number;
  /** The op on the tape that made this tensor; undefined for a leaf. */
  node: TapeNode | undefined = undefined;
  /** Does the backward pass of some op on the tape read its values? The tape says so. */
  savedForBackward = false;
  /** Why nobody may use its values now; undefined while they may. The tape says so during the backward pass of an op. */
  withheld: (() => string) | undefined = undefined;
  #storage: Storage | undefined;
  #requiresGrad = false;
  #grad: Tensor | null = null;
  /** Those of the values that were read last that `inspect` shows, and the version that they are of. */
  #seen: Seen | undefined;

  /**
   * A tensor with undefined contents, or with those of `storage`. `zeros`, `from`, `randn`, ... make one with values.
   * @throws ShapeError unless every length is a whole number, 0 or more; DawngradError for f16 on a device without `shader-f16`
   */
  constructor(device: Device, shape: Shape, dtype: DType = 'f32', storage?: Storage) {
    checkDevice('creating a tensor', device);
    checkShape('creating a tensor', shape);
    if (!Object.hasOwn(ARRAYS, dtype))
      checkArgument('creating a tensor', 'dtype', dtype, oneOf(...Object.keys(ARRAYS)));
    if (dtype === 'f16' && !device.has('shader-f16')) {
      throw new DawngradError(
        `creating a tensor of type f16: ${device.adapter.name} has no feature shader-f16`,
      );
    }
    this.device = device;
    this.shape = [...shape];
    this.dtype = dtype;
    this.size = sizeOf(shape);
    this.#storage = storage ?? Storage.of(device, this.bytes, `tensor ${formatShape(shape)}`);
    collected.register(this, this.#storage, this);
    device.scopes.add(this);
  }

  /**
   * For a leaf: should `backward` leave a gradient in `grad`? For what an op made: does it depend on such a leaf?
   * @throws ArgumentError when it is set to another value than true or false, or to true for integers
   */
  get requiresGrad(): boolean {
    return this.#requiresGrad;
  }

  set requiresGrad(requiresGrad: boolean) {
    const allowed = this.dtype === 'u32' ? OF_INTEGERS : boolean;
    if (allowed(requiresGrad)) {
      checkArgument(`tensor ${formatShape(this.shape)}`, 'requiresGrad', requiresGrad, allowed);
    }
    this.#requiresGrad = requiresGrad;
  }

  /**
   * The sum of the gradients of every `backward` since it was last cleared. The next one replaces and disposes of it.
   * @throws ArgumentError when it is set to what is neither null nor a tensor of its type on its device, ShapeError when the shape
   *   is another
   */
  get grad(): Tensor | null {
    return this.#grad;
  }

  set grad(grad: Tensor | null) {
    if (grad !== null) this.#checkGradient(grad);
    this.#grad = grad;
  }

  #checkGradient(grad: Tensor): void {
    const who = `tensor ${formatShape(this.shape)}`;
    checkArgument(who, 'grad', grad, GRADIENT);
    if (!sameShape(grad.shape, this.shape)) {
      throw new ShapeError(who, `grad is ${formatShape(grad.shape)}; a gradient has the shape of its tensor`);
    }
    if (grad.dtype !== this.dtype) {
      throw new ArgumentError(who, 'grad', `has elements of type ${grad.dtype}, expected ${this.dtype}`);
    }
    if (grad.device !== this.device) {
      throw new ArgumentError(who, 'grad', 'is on another device', 'read it with toArray() and make it anew');
    }
  }

  /** The number of its axes. */
  get rank(): number {
    return this.shape.length;
  }

  /** The number of bytes that its elements take. */
  get bytes(): number {
    return this.size * ELEMENT_BYTES[this.dtype];
  }

  /** Its memory on the device, at least `bytes` long. */
  get memory(): Memory {
    return this.#held.memory;
  }

  /** The buffer that holds it, from `memory.offset` on. */
  get buffer(): GPUBuffer {
    return this.memory.buffer;
  }

  get #held(): Storage {
    if (this.withheld) throw new DawngradError(this.withheld());
    if (!this.#storage) {
      throw new DawngradError(
        `using a tensor ${formatShape(this.shape)} that was disposed of; return it from tidy(), or keep() it, to use it after`,
      );
    }
    return this.#storage;
  }

  /** Has its memory been given back? Using its values is then an error. */
  get disposed(): boolean {
    return this.#storage === undefined;
  }

  /** May another tensor, a view or what this is a part of, use the same memory? */
  get shared(): boolean {
    return this.#held.shared;
  }

  /** A number that is another one after each write to its memory, by whichever tensor that shares it: see `wasWritten`. */
  get version(): number {
    return this.#held.writes.version;
  }

  /**
   * Say that its memory was written to: who launches a kernel that writes to it does. The tape refuses to go back through an op
   * that had read what was there before.
   */
  wasWritten(): void {
    this.#held.writes.count();
  }

  /**
   * A tensor of another shape over the same memory; one length may be -1, to be worked out from the others. Gradients do not
   * flow through it: see `reshape` for that.
   * @throws ShapeError if it has another number of elements
   */
  view(shape: Shape): Tensor {
    return new Tensor(this.device, reshapedShape(this.shape, shape), this.dtype, this.#held.retain());
  }

  /**
   * A tensor over a part of its memory, from element `start` on, which must lie at a multiple of `ALIGNMENT` bytes. The memory must
   * have its place already: that of a tensor made while a program is recorded has not.
   * @throws ShapeError if the part does not begin at such a multiple, or reaches beyond the end
   */
  part(start: number, shape: Shape): Tensor {
    return new Tensor(this.device, shape, this.dtype, this.#partOf(start, shape));
  }

  #partOf(start: number, shape: Shape): Storage {
    const size = sizeOf(shape);
    const bytes = ELEMENT_BYTES[this.dtype];
    if ((start * bytes) % ALIGNMENT !== 0 || start + size > this.size) {
      throw new ShapeError(
        'part',
        `${formatShape(shape)} from element ${start} of a tensor ${formatShape(this.shape)}; ` +
          `it must begin at a multiple of ${ALIGNMENT / bytes} and lie within`,
      );
    }
    return this.#held.part(start * bytes, size * bytes);
  }

  /** Become `whole.part(start, shape)`, values and all. Views, and programs that know it, go on using the memory it had. */
  moveInto(whole: Tensor, start: number): void {
    const storage = whole.#partOf(start, this.shape);
    if (this.size > 0) this.device.copy(this.memory, storage.memory, this.bytes);
    storage.writes.goOnFrom(this.#held.writes);
    this.dispose();
    this.#storage = storage;
    collected.register(this, storage, this);
  }

  /**
   * Overwrite its values, in row-major order, from the host; those of f16 are rounded from a Float32Array. Returns the tensor.
   * @throws ShapeError for another number of values, ArgumentError for an array of another type than `dtype`
   */
  write(values: Float32Array | Uint32Array): this {
    if (!(values instanceof ARRAYS[this.dtype])) {
      throw new ArgumentError(
        `writing a tensor ${formatShape(this.shape)} of type ${this.dtype}`,
        'values',
        `are ${show(values)}, expected a ${ARRAYS[this.dtype].name}`,
      );
    }
    if (values.length !== this.size) {
      throw new ShapeError(
        `writing a tensor ${formatShape(this.shape)}`,
        `expected ${this.size} values, got ${values.length}`,
      );
    }
    const stored = this.dtype === 'f16' ? halvesOf(values as Float32Array) : values;
    if (this.size > 0) this.device.write(this.buffer, stored, this.memory.offset);
    this.wasWritten();
    return this;
  }

  /**
   * Its values in row-major order, once everything that was launched so far has run: a Float32Array for f32 and f16, a Uint32Array
   * for u32.
   */
  async toArray(): Promise<Float32Array | Uint32Array> {
    if (this.size === 0) return new ARRAYS[this.dtype](0);
    const { version } = this;
    const bytes = await this.device.read(this.buffer, this.bytes, this.memory.offset);
    const values = valuesOf(bytes, this.dtype);
    this.#seen = { version, shown: shownOf(values, this.shape) };
    return values;
  }

  /**
   * The value of a tensor with one element.
   * @throws ShapeError if it has more or none
   */
  async item(): Promise<number> {
    if (this.size !== 1) {
      throw new ShapeError(
        'item',
        `a tensor ${formatShape(this.shape)} has ${this.size} elements, item() reads exactly one`,
      );
    }
    return (await this.toArray())[0] as number;
  }

  /** Read its values, and write them to the console: see `inspect`. */
  async print(): Promise<void> {
    await this.toArray();
    console.log(this.inspect());
  }

  /**
   * The tensor in words, as `console.log` shows it: shape, type, device, and its values as PyTorch prints them, if they were read. They
   * are those of then: a program may have run since.
   */
  inspect(): string {
    const device = `on ${this.device.adapter.name}`;
    const facts = [`shape ${formatShape(this.shape)}`, this.dtype, device];
    if (this.requiresGrad) facts.push('requiresGrad');
    if (this.disposed) return `tensor(${[...facts, 'disposed of'].join(', ')})`;
    const seen = this.size === 0 ? EMPTY : this.#seen;
    if (!seen || (seen.version !== undefined && seen.version !== this.#storage?.writes.version))
      return `tensor(${facts.join(', ')}; await its print() to see its values)`;
    if (seen.version !== undefined) facts.push('as last read');
    return `tensor(${[bracketed(seen.shown, this.shape, 'tensor('.length), ...facts].join(', ')})`;
  }

  /** What Node's `console.log` and `util.inspect` call. */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.inspect();
  }

  /** Give its memory back now. Other views of the same memory keep it. Doing so twice is harmless. */
  dispose(): void {
    if (!this.#storage) return;
    collected.unregister(this);
    this.#storage.release();
    this.#storage = undefined;
  }
}

/** What `requiresGrad` must be of integers, which have no derivatives. */
const OF_INTEGERS = rule(
  'be false for a tensor of type u32: only floats have gradients',
  (value) => value === false,
);

/** What `grad` must be, where it is not null. */
const GRADIENT = rule('be a Tensor, or null to clear it', (value) => value instanceof Tensor);
