/** A user's shader: read, linked, and held to what the family needs to be able to launch it. */
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { DawngradError } from '../../errors/errors.js';
import { readText } from '../../files/read-file.js';
import { type Constants, readShader } from '../../gpu/shaders/shader.js';
import { readInRoom } from '../../gpu/shaders/shader-files.js';
import type { Kernel } from '../../kernels/kernel.js';

/** A shader outside of the engine. */
export interface UsersShader {
  /** As the user calls it. */
  readonly path: string;
  /** What a kernel's declaration calls it. */
  readonly address: string;
  /** With all that it imports. */
  readonly text: string;
  /** Its constants that are written out, and those of what it imports: `const TILE_ROWS: u32 = 64u;`. */
  readonly constants: Constants;
}

/**
 * Read a shader as if it stood in a room of `shaders/`, where it may import what the shaders of that room do.
 * @throws FileError when there is no such file, DawngradError when it imports what is not there
 */
export function readUsersShader(path: string, room: string): UsersShader {
  readText(path);
  const address = pathToFileURL(resolve(path)).href;
  readInRoom(address, room);
  const text = readShader(address);
  return { path, address, text, constants: constantsIn(text) };
}

/** A constant of a scalar type, whatever it is. */
const CONSTANT = /^const (\w+): (?:u32|i32|f32|bool) = ([^;]+);/gm;
const ALIAS = /^alias (\w+) = (f32|f16);/gm;

function constantsIn(text: string): Constants {
  const constants = [...text.matchAll(CONSTANT)].map(([, name, value = '']) => [name, literalOf(value)]);
  const aliases = [...text.matchAll(ALIAS)].map(([, name, type]) => [name, type]);
  return Object.fromEntries([...constants, ...aliases]);
}

/** What is written out; of an expression, which only the compiler knows, NaN. */
function literalOf(text: string): number | boolean {
  if (text === 'true' || text === 'false') return text === 'true';
  return Number(text.replace(/[uif]$/, ''));
}

/** Does a shader declare this constant, or this type to store? */
export const declares = ({ constants }: UsersShader, name: string): boolean => Object.hasOwn(constants, name);

/** What holds a shader to its kernel. */
type Declared = Pick<Kernel, 'name' | 'entryPoint' | 'bindings' | 'params'>;

/**
 * Refuse a shader that a kernel cannot be launched by: one without its entry point or its bindings, or with other parameters.
 * @param optional bindings that it may do without
 */
export function checkLaunchable(
  { path, text }: UsersShader,
  { name, entryPoint, bindings, params }: Declared,
  optional: readonly string[] = [],
): void {
  const declared = resourcesOf(text);
  const wanted = [
    ['params', 'uniform'],
    ...Object.entries(bindings).map(([binding, access]) => [binding, ADDRESS_SPACES[access]]),
  ] as const;
  const lacking = wanted.flatMap(([binding, space], number) =>
    optional.includes(binding as string) || declared.has(`${number} ${space}`)
      ? []
      : [`\`@group(0) @binding(${number}) var<${space}> ${binding}\``],
  );
  if (!hasEntryPoint(text, entryPoint)) lacking.unshift(`an entry point \`${entryPoint}\``);
  if (lacking.length > 0) throw new DawngradError(`${path}: to be ${name} it lacks ${lacking.join(', ')}`);
  checkParams(path, text, name, params);
}

/** A user's shader reads storage; no kernel that one may replace has texels. */
const ADDRESS_SPACES = {
  read: 'storage, read',
  write: 'storage, read_write',
  texels: 'storage, read',
} as const;

/** As in `@group(0) @binding(1) var<storage, read> x: array<f32>;`. */
const RESOURCE = /@group\(0\)\s*@binding\((\d+)\)\s*var<([^>]*)>/g;

/** The bindings that a shader declares, each as `1 storage, read`. */
const resourcesOf = (text: string): Set<string> =>
  new Set(
    [...withoutComments(text).matchAll(RESOURCE)].map(
      ([, number, space = '']) => `${number} ${space.replace(/\s+/g, '').replace(',', ', ')}`,
    ),
  );

/** Its struct may end early, since nothing is read of what it leaves out. */
function checkParams(path: string, text: string, name: string, params: Declared['params']): void {
  const given = Object.entries(params).map(([field, type]) => `${field}: ${type}`);
  const body = /struct Params\s*\{([^}]*)\}/.exec(withoutComments(text))?.[1] ?? '';
  const fields = [...body.matchAll(/(\w+)\s*:\s*(\w+)/g)].map(([, field, type]) => `${field}: ${type}`);
  const at = fields.findIndex((field, index) => field !== given[index]);
  if (at < 0) return;
  throw new DawngradError(
    `${path}: field ${at + 1} of its struct Params is \`${fields[at]}\`, and ${name} is given \`${given[at] ?? 'nothing'}\` there`,
  );
}

/** Does a shader have an entry point of this name? */
export const hasEntryPoint = (text: string, name: string): boolean => entryPointsIn(text).includes(name);

/** The names of all of a shader's entry points. */
const entryPointsIn = (text: string): string[] =>
  [...withoutComments(text).matchAll(/@compute[^{]*?\bfn\s+(\w+)\s*\(/g)].map(([, name = '']) => name);

const withoutComments = (text: string): string => text.replace(/\/\/[^\n]*/g, '');
