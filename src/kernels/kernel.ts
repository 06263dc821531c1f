import { DawngradError } from '../errors/errors.js';
import type { Cost } from '../gpu/program/launch.js';
import type { Access } from '../gpu/shaders/pipelines.js';
import type { Constants } from '../gpu/shaders/shader.js';
import type { Tensor } from '../tensor/tensor.js';
import type { Grid, Piece } from './grid.js';
import { bytesOf, halvesAmong, type Operands, storageTypes } from './storage-types.js';

/** WGSL scalar types that a shader's `struct Params` is made of. */
type Scalar = 'u32' | 'i32' | 'f32';

/**
 * A compute shader and how to launch it: data, not code. Binding 0 is the uniform `struct Params`, whose fields `params`
 * lists in order; bindings 1, 2, ... are the storage buffers of `bindings`, in order. A test holds each declaration
 * against its shader's text.
 */
export interface Kernel<B extends string = string, P extends string = string, S extends string = string> {
  /** `family.direction`, in errors and profiles. */
  readonly name: string;
  /** File under `shaders/`. */
  readonly shader: string;
  readonly entryPoint: string;
  readonly bindings: Readonly<Record<B, Access>>;
  readonly params: Readonly<Record<P, Scalar>>;
  /**
   * What may be stored as halves: for each such `alias NAME = f32;` of the shader, the bindings whose elements it is the type of.
   * A launch takes the type from its tensors. No other binding takes halves.
   */
  readonly storage?: Readonly<Record<S, readonly NoInfer<B>[]>>;
  /** Workgroups along x, y, z. */
  readonly grid: (params: Readonly<Record<P, number>>, constants: Constants) => Grid;
  /** @param bytes of an element of each type in `storage` */
  readonly cost: (
    params: Readonly<Record<P, number>>,
    bytes: Readonly<Record<S, number>>,
    constants: Constants,
  ) => Cost;
}

/** Declare a kernel; the types of its bindings and parameters are taken from the declaration. */
export const defineKernel = <B extends string, P extends string, S extends string = never>(
  kernel: Kernel<B, P, S>,
): Kernel<B, P, S> => kernel;

/** Invocations in a workgroup of the kernels that walk a flat array. */
const WORKGROUP = 256;

/** As many workgroups as fill a large GPU once. Any more take turns, and a software driver pays microseconds for each. */
export const ENOUGH_WORKGROUPS = 1024;

/**
 * Workgroups for a flat array: a thread for each element while all of them can run at once, several elements a thread
 * beyond that. Every such shader walks with the same loop,
 *
 *     for (var i = thread.x; i < size; i += groups.x * WORKGROUP)
 *
 * where `groups.x * WORKGROUP` counts all threads: neighbouring threads always touch neighbouring elements, so that their
 * loads are served together.
 */
export const linearGrid = (elements: number): Grid => [
  Math.min(Math.ceil(elements / WORKGROUP), ENOUGH_WORKGROUPS),
  1,
  1,
];

/** Neighbouring threads that should find neighbouring elements, for their loads to be served together. */
export const NEIGHBOURS = 32;

/** The cost of a kernel that touches `reads + writes` elements of `bytes` bytes and computes `flops` on them. */
export const elementCost = (elements: number, flops = 0, bytes = 4): Cost => ({
  flops,
  bytes: bytes * elements,
});

/**
 * Queue a launch of a kernel on tensors (or views) that live on one device. A binding that the shader does not touch, with the
 * constants that it gets, needs no tensor.
 * @param piece the part of the kernel's grid to launch (default: all of it)
 * @throws DawngradError when they live on several, or their elements are of types that the kernel does not take
 */
export function launch<B extends string, P extends string, S extends string>(
  kernel: Kernel<B, P, S>,
  tensors: Operands<B>,
  params: Readonly<Record<P, number>>,
  constants: Constants = {},
  { grid, share }: Pick<Piece, 'grid' | 'share'> = { grid: kernel.grid(params, constants), share: 1 },
): void {
  const names = Object.keys(kernel.bindings) as B[];
  const given = names.filter((name) => tensors[name] !== undefined);
  // WebGPU wants memory at each binding: any that is read may stand in.
  const standIn = tensors[given.find((name) => kernel.bindings[name] === 'read') as B];
  const operands = names.map((name) => (tensors[name] ?? standIn) as Tensor);
  const { device } = tensors[given[0] as B] as Tensor;
  const stranger = given.find((name) => tensors[name]?.device !== device);
  if (stranger) {
    throw new DawngradError(
      `${kernel.name}: ${given[0]} and ${stranger} are on different devices; read one with toArray() and make it anew`,
    );
  }
  const stored = storageTypes(kernel, tensors);
  for (const name of given) if (kernel.bindings[name] === 'write') tensors[name]?.wasWritten();
  const { flops, bytes } = kernel.cost(params, bytesOf(stored), constants);
  device.launch({
    label: kernel.name,
    shader: kernel.shader,
    entryPoint: kernel.entryPoint,
    constants: { ...constants, ...halvesAmong(stored) },
    access: names.map((name) => kernel.bindings[name]),
    operands: operands.map(({ memory }) => memory),
    bindings: given.length === names.length ? names : names.map((name) => (tensors[name] ? name : '')),
    owners: operands,
    cost: { flops: share * flops, bytes: share * bytes },
    params: packParams(kernel.params, params),
    values: params,
    grid,
  });
}

/** Lay parameters out as WGSL does a struct of 32-bit scalars: one after the other. */
function packParams<P extends string>(
  types: Readonly<Record<P, Scalar>>,
  values: Readonly<Record<P, number>>,
): ArrayBuffer {
  const names = Object.keys(types) as P[];
  const block = new ArrayBuffer(names.length * 4);
  const view = new DataView(block);
  names.forEach((name, index) => {
    const value = values[name];
    if (types[name] === 'f32') view.setFloat32(index * 4, value, true);
    else if (types[name] === 'i32') view.setInt32(index * 4, value, true);
    else view.setUint32(index * 4, value, true);
  });
  return block;
}
