import { checkArgument, checkOptions, type Rules, refuseUnknown } from '../errors/check-options.js';
import { ArgumentError, DawngradError } from '../errors/errors.js';
import {
  anyNumber,
  callable,
  either,
  fieldsOf,
  having,
  instance,
  list,
  object,
  oneOf,
  type Rule,
  required,
  rule,
  text,
  whole,
} from '../errors/rules.js';
import type { Cost } from '../gpu/program/launch.js';
import { checkDeclaration, SCALARS, type Scalar } from '../gpu/shaders/declaration.js';
import type { Access } from '../gpu/shaders/pipelines.js';
import type { Constants } from '../gpu/shaders/shader.js';
import { nameOfShader, shaderExists } from '../gpu/shaders/shader-files.js';
import { tensorOf } from '../tensor/check.js';
import type { Tensor } from '../tensor/tensor.js';
import type { Grid, Piece } from './grid.js';
import { bytesOf, halvesAmong, type Operands, storageTypes } from './storage-types.js';

/**
 * A compute shader and how to launch it: data, not code. Binding 0 is the uniform `struct Params`, whose fields `params`
 * lists in order; bindings 1, 2, ... are the storage buffers of `bindings`, in order, or textures for those that are `texels`.
 */
export interface Kernel<B extends string = string, P extends string = string, S extends string = string> {
  /** `family.direction`, in errors and profiles. */
  readonly name: string;
  /** File under `shaders/`, or the address of one elsewhere. */
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

/** A kernel as it is declared. */
export interface KernelDeclaration<B extends string, P extends string, S extends string>
  extends Omit<Kernel<B, P, S>, 'shader' | 'cost'> {
  /** The address of your file, `new URL('swish.wgsl', import.meta.url)`; as text, a file under the engine's `shaders/`. */
  readonly shader: string | URL;
  /** For profiles (default: nothing is known of it, 0). */
  readonly cost?: Kernel<B, P, S>['cost'];
}

/** What a declaration's parts must be. */
const DECLARATION: Rules<KernelDeclaration<string, string, string>> = {
  name: required(text),
  shader: required(either(instance(URL, ", as new URL('swish.wgsl', import.meta.url)"), text)),
  entryPoint: required(text),
  bindings: required(fieldsOf(oneOf('read', 'write', 'texels'))),
  params: required(fieldsOf(oneOf(...SCALARS))),
  storage: fieldsOf(list(text)),
  grid: required(callable),
  cost: callable,
};

/**
 * Declare a kernel; the types of its bindings and parameters are taken from the declaration.
 *
 *     const kernel = dg.defineKernel({
 *       name: 'swish.forward',
 *       shader: new URL('swish.wgsl', import.meta.url),
 *       entryPoint: 'forward',
 *       bindings: { x: 'read', y: 'write' },
 *       params: { size: 'u32' },
 *       grid: ({ size }) => dg.linearGrid(size),
 *     });
 *
 * The shader may import what the engine's own share: `import package::nan::is_nan;`.
 * @throws ArgumentError when a part is missing or something else; DawngradError when the shader cannot be read, or has other
 *   parameters, bindings or entry points than are declared
 */
export function defineKernel<B extends string, P extends string, S extends string = never>(
  declaration: KernelDeclaration<B, P, S>,
): Kernel<B, P, S>;
export function defineKernel(declaration: KernelDeclaration<string, string, string>): Kernel {
  checkOptions('defineKernel', declaration, DECLARATION);
  const { shader } = declaration;
  const kernel = { cost: () => ({ flops: 0, bytes: 0 }), ...declaration, shader: String(shader) };
  // A test holds the engine's own against their shaders; reading all of those whenever it starts would take time.
  if (typeof shader !== 'string') checkDeclaration(kernel);
  else if (!shaderExists(shader)) {
    const remedy = `for a file of yours give its address, as new URL('swish.wgsl', import.meta.url)`;
    throw new DawngradError(`${kernel.name}: the engine has no ${nameOfShader(shader)}; ${remedy}`);
  }
  return kernel;
}

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
 * where `groups.x * WORKGROUP` counts all threads, in workgroups of 256: neighbouring threads always touch neighbouring elements, so
 * that their loads are served together.
 * @throws ArgumentError unless `elements` is a whole number
 */
export function linearGrid(elements: number): Grid {
  checkArgument('linearGrid', 'elements', elements, ELEMENTS);
  return [Math.min(Math.ceil(elements / WORKGROUP), ENOUGH_WORKGROUPS), 1, 1];
}
const ELEMENTS = whole();

/** Neighbouring threads that should find neighbouring elements, for their loads to be served together. */
export const NEIGHBOURS = 32;

/** The cost of a kernel that touches `reads + writes` elements of `bytes` bytes and computes `flops` on them. */
export const elementCost = (elements: number, flops = 0, bytes = 4): Cost => ({
  flops,
  bytes: bytes * elements,
});

/**
 * Queue a launch of a kernel on tensors (or views) that live on one device: now, or, while a program is recorded, in each of its
 * runs.
 *
 *     const y = new dg.Tensor(x.device, x.shape);
 *     dg.launch(kernel, { x, y }, { size: x.size });
 *
 * @param tensors one for each binding; undefined for one that the shader does not touch, with the constants that it gets
 * @param params a number for each parameter
 * @param constants other values for the shader's `const` declarations, by name
 * @param piece the part of the kernel's grid to launch (default: all of it)
 * @throws ArgumentError when a tensor or a number is missing, something else, or not declared; DawngradError when tensors live on
 *   several devices, or their elements are of types that the kernel does not take
 */
export function launch<B extends string, P extends string, S extends string>(
  kernel: Kernel<B, P, S>,
  tensors: Operands<B>,
  params: Readonly<Record<P, number>>,
  constants: Constants = {},
  piece?: Pick<Piece, 'grid' | 'share'>,
): void {
  checkArgument('launch', 'kernel', kernel, KERNEL);
  checkFields(kernel.name, 'an operand', kernel.bindings, tensors, operandRule);
  checkFields(kernel.name, 'a parameter', kernel.params, params, parameterRule);
  const { grid, share } = piece ?? { grid: kernel.grid(params, constants), share: 1 };
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

const KERNEL = having('grid', 'a kernel, as defineKernel makes them');
const OPERAND = either(
  tensorOf(),
  rule('be a Tensor', (value) => value === undefined),
);
const operandRule = () => OPERAND;

/** What a parameter of each type holds; by bit operations, since launches are many. */
const PARAMETERS: Readonly<Record<Scalar, Rule>> = {
  u32: rule(
    'be a whole number of at least 0 and below 2^32',
    (value) => typeof value === 'number' && value >>> 0 === value,
  ),
  i32: rule(
    'be a whole number of at least -2^31 and below 2^31',
    (value) => typeof value === 'number' && (value | 0) === value,
  ),
  f32: anyNumber,
};
const parameterRule = (type: Scalar) => PARAMETERS[type];

/**
 * Refuse what is missing, what is not among the declared, and what breaks its rule.
 * @param what each is: `an operand`
 */
function checkFields<Name extends string, Declared>(
  kernel: string,
  what: string,
  declared: Readonly<Record<Name, Declared>>,
  given: Readonly<Record<Name, unknown>>,
  ruleOf: (declared: Declared) => Rule,
): void {
  checkArgument(kernel, 'what it is launched on', given, object);
  refuseUnknown(kernel, what, given, declared);
  for (const name in declared) {
    if (!(name in given)) throw new ArgumentError(kernel, name, 'is missing');
    checkArgument(kernel, name, given[name], ruleOf(declared[name]));
  }
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
