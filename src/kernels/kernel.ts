import { DawngradError } from '../errors/errors.js';
import type { Cost } from '../gpu/program/launch.js';
import type { Access } from '../gpu/shaders/pipelines.js';
import type { Constants } from '../gpu/shaders/shader.js';
import type { Tensor } from '../tensor/tensor.js';
import type { Grid, Piece } from './grid.js';

/** WGSL scalar types that a shader's `struct Params` is made of. */
type Scalar = 'u32' | 'i32' | 'f32';

/**
 * A compute shader and how to launch it: data, not code. Binding 0 is the uniform `struct Params`, whose fields `params`
 * lists in order; bindings 1, 2, ... are the storage buffers of `bindings`, in order. A test holds each declaration
 * against its shader's text.
 */
export interface Kernel<B extends string = string, P extends string = string> {
  /** `family.direction`, in errors and profiles. */
  readonly name: string;
  /** File under `shaders/`. */
  readonly shader: string;
  readonly entryPoint: string;
  readonly bindings: Readonly<Record<B, Access>>;
  readonly params: Readonly<Record<P, Scalar>>;
  /** Workgroups along x, y, z. */
  readonly grid: (params: Readonly<Record<P, number>>, constants: Constants) => Grid;
  readonly cost: (params: Readonly<Record<P, number>>) => Cost;
}

/** Declare a kernel; the types of its bindings and parameters are taken from the declaration. */
export const defineKernel = <B extends string, P extends string>(kernel: Kernel<B, P>): Kernel<B, P> =>
  kernel;

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

/** The cost of a kernel that touches `reads + writes` elements of four bytes and computes `flops` on them. */
export const elementCost = (elements: number, flops = 0): Cost => ({ flops, bytes: 4 * elements });

/**
 * Queue a launch of a kernel on tensors (or views) that live on one device.
 * @param piece the part of the kernel's grid to launch (default: all of it)
 * @throws DawngradError when they live on several
 */
export function launch<B extends string, P extends string>(
  kernel: Kernel<B, P>,
  tensors: Readonly<Record<B, Tensor>>,
  params: Readonly<Record<P, number>>,
  constants: Constants = {},
  { grid, share }: Pick<Piece, 'grid' | 'share'> = { grid: kernel.grid(params, constants), share: 1 },
): void {
  const names = Object.keys(kernel.bindings) as B[];
  const { device } = tensors[names[0] as B];
  const stranger = names.find((name) => tensors[name].device !== device);
  if (stranger) {
    throw new DawngradError(
      `${kernel.name}: ${names[0]} and ${stranger} are on different devices; read one with toArray() and make it anew`,
    );
  }
  for (const name of names) if (kernel.bindings[name] === 'write') tensors[name].wasWritten();
  const { flops, bytes } = kernel.cost(params);
  device.launch({
    label: kernel.name,
    shader: kernel.shader,
    entryPoint: kernel.entryPoint,
    constants,
    access: names.map((name) => kernel.bindings[name]),
    operands: names.map((name) => tensors[name].memory),
    owners: Object.values(tensors),
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
