/**
 * Holds the declaration of a kernel against the text of its shader: what differs is told where it is declared, rather than by a
 * driver at the first launch, or by nobody where the wrong memory is bound.
 */
import { fileURLToPath } from 'node:url';
import { DawngradError } from '../../errors/errors.js';
import { explainSystemError } from '../../files/system-error.js';
import type { Access } from './pipelines.js';
import { readShader } from './shader.js';

/** WGSL scalar types that a shader's `struct Params` is made of. */
export const SCALARS = ['u32', 'i32', 'f32'] as const;
export type Scalar = (typeof SCALARS)[number];

/** What a declaration says of its shader. */
export interface Declaration {
  readonly name: string;
  readonly shader: string;
  readonly entryPoint: string;
  readonly bindings: Readonly<Record<string, Access>>;
  readonly params: Readonly<Record<string, Scalar>>;
  readonly storage?: Readonly<Record<string, readonly string[]>>;
}

/** WebGPU promises as many storage buffers in a stage, and hardly a device has more. */
const MOST_BINDINGS = 8;

/**
 * Refuse a declaration that its shader, a file outside of the engine, does not fit.
 * @throws DawngradError, also when there is no such file
 */
export function checkDeclaration(declaration: Declaration): void {
  const { name, shader } = declaration;
  const path = shader.startsWith('file:') ? fileURLToPath(shader) : shader;
  const problem = declarationProblem(declaration, textOf(shader, `${name}: its shader ${path}`));
  if (problem) throw new DawngradError(`${name}: ${problem}, in ${path}`);
}

function textOf(shader: string, who: string): string {
  try {
    return readShader(shader);
  } catch (error) {
    if (error instanceof DawngradError) throw error;
    throw new DawngradError(`${who} cannot be read: ${explainSystemError(error)}`, { cause: error });
  }
}

/** By shader, what the elements of its storage buffers are, found when it is first asked. */
const elements = new Map<string, ReadonlyMap<string, string>>();

/** What the elements of this storage buffer of a shader are, alone or in vectors; undefined where an alias or a struct says it. */
export function elementOf(shader: string, binding: string): string | undefined {
  let found = elements.get(shader);
  if (!found) {
    const text = readShader(shader).replace(COMMENT, '');
    found = new Map(
      [...text.matchAll(ELEMENTS)].map(([, name = '', one, many]) => [name, one ?? `${many}32`]),
    );
    elements.set(shader, found);
  }
  return found.get(binding);
}

/** What a declaration says that its shader does not; undefined where they agree. */
export function declarationProblem(declaration: Declaration, source: string): string | undefined {
  const text = source.replace(COMMENT, '');
  const { entryPoint, params, bindings, storage = {} } = declaration;
  const entryPoints = [...text.matchAll(ENTRY_POINT)].map(([, name]) => name);
  if (!entryPoints.includes(entryPoint)) {
    return `there is no entry point "${entryPoint}", but ${entryPoints.join(', ') || 'none at all'}`;
  }
  const fields = Object.entries(params).map(([name, type]) => `${name}: ${type}`);
  return (
    difference('params are', fields, 'struct Params has', paramsOf(text)) ??
    bindingsProblem(declaration, text) ??
    difference(
      'storage is',
      typesIn(storage),
      'the shader has',
      typesIn(storedIn(text, Object.keys(bindings))),
    )
  );
}

const listed = (parts: readonly string[]): string => parts.join(', ') || 'none';

function difference(
  what: string,
  declared: readonly string[],
  where: string,
  written: readonly string[],
): string | undefined {
  if (listed(declared) === listed(written)) return undefined;
  return `${what} declared ${listed(declared)}, and ${where} ${listed(written)}`;
}

/**
 * What is wrong with the declared bindings. Each must be in the shader, and all be there that the entry point uses; one that it does
 * not use may lie between those, and in a shader of several entry points one binding may have several names.
 */
function bindingsProblem({ bindings, entryPoint }: Declaration, text: string): string | undefined {
  const declared = Object.entries(bindings).map(([name, access], index) => ({ at: index + 1, name, access }));
  if (declared.length > MOST_BINDINGS) {
    return `there are ${declared.length} bindings, and WebGPU promises ${MOST_BINDINGS}`;
  }
  const written = bindingsOf(text);
  const names = namesUsedBy(text, entryPoint);
  const used = written.filter(({ name }) => names.has(name));
  const isWritten = (one: Binding) => written.some((other) => inWords(other) === inWords(one));
  const isDeclared = ({ at, access }: Binding) => declared[at - 1]?.access === access;
  if (declared.every(isWritten) && used.every(isDeclared)) return undefined;
  return difference('bindings are', declared.map(inWords), `"${entryPoint}" uses`, used.map(inWords));
}

/** `StoredX of x and y`, for each alias of a type. */
const typesIn = (storage: Readonly<Record<string, readonly string[]>>): string[] =>
  Object.entries(storage)
    .map(([alias, names]) => `${alias} of ${names.join(' and ')}`)
    .sort();

const COMMENT = /\/\/[^\n]*|\/\*[\s\S]*?\*\//g;
const ENTRY_POINT = /@compute[^{]*?\bfn\s+(\w+)\s*\(/g;
/** What begins something that is declared for the whole file, perhaps after attributes. */
const DECLARATION = /^(?:@[^\n]*\)\s)?(?:const|override|alias|struct|fn|var(?:<[^>]*>)?)\s+(\w+)/gm;
/** A name that is used: not a member, as in `params.x`. */
const NAME = /(?<![\w.])[a-zA-Z]\w*/g;
/** What is declared within: variables, parameters, members of a struct. */
const LOCAL = /\b(?:let|var|const)\s+(\w+)|\b(\w+)\s*:/g;
const STORAGE = /@group\(0\)\s*@binding\((\d+)\)\s*var<storage(?:,\s*(\w+))?>\s*(\w+)/g;
const TEXELS = /@group\(0\)\s*@binding\((\d+)\)\s*var\s+(\w+)\s*:\s*texture_storage_2d<rgba32float, read>/g;

const ELEMENTS =
  /var<storage[^>]*>\s*(\w+)\s*:\s*array<\s*(?:vec[234](?:<\s*)?)?(?:([fiu]32)|([fiu]))(?:\s*>)?\s*[,>]/g;

/** The fields of `struct Params`, as `name: type`, in order. */
function paramsOf(text: string): string[] {
  const body = /struct Params\s*\{([^}]*)\}/.exec(text)?.[1] ?? '';
  return [...body.matchAll(/(\w+)\s*:\s*(\w+)/g)].map(([, name, type]) => `${name}: ${type}`);
}

/** A storage buffer of a shader. */
interface Binding {
  readonly at: number;
  readonly name: string;
  readonly access: Access;
}

const inWords = ({ at, name, access }: Binding): string => `${at} ${name} ${access}`;

/** The storage bindings of a shader, in order. */
const bindingsOf = (text: string): Binding[] =>
  [
    ...[...text.matchAll(STORAGE)].map(
      ([, at, access, name = '']): Binding => ({
        ...{ at: Number(at), name },
        access: access === 'read_write' ? 'write' : 'read',
      }),
    ),
    ...[...text.matchAll(TEXELS)].map(
      ([, at, name = '']): Binding => ({ at: Number(at), name, access: 'texels' }),
    ),
  ].sort((one, other) => one.at - other.at);

/** Everything declared for the whole file that is used by `start`, or by what it uses. */
function namesUsedBy(text: string, start: string): Set<string> {
  const begins = [...text.matchAll(DECLARATION)];
  const parts = new Map(
    begins.map(({ 1: name = '', index }, at) => [name, text.slice(index, begins[at + 1]?.index)]),
  );
  const used = new Set<string>();
  const visit = (name: string) => {
    const part = parts.get(name);
    if (part === undefined || used.has(name)) return;
    used.add(name);
    const own = new Set([...part.matchAll(LOCAL)].map(([, variable, other]) => variable ?? other));
    for (const [other] of part.matchAll(NAME)) if (!own.has(other)) visit(other);
  };
  visit(start);
  return used;
}

/** By alias of a type that may be stored as halves, those of these bindings whose elements are of it. */
function storedIn(text: string, bindings: readonly string[]): Record<string, string[]> {
  const aliases = [...text.matchAll(/^alias (Stored\w*) = f32;/gm)].map(([, alias]) => alias);
  const stored: Record<string, string[]> = {};
  for (const name of bindings) {
    const type = new RegExp(`var<storage[^>]*>\\s*${name}\\s*:\\s*([^;]*);`).exec(text)?.[1] ?? '';
    const alias = /\bStored\w*/.exec(type)?.[0];
    if (alias && aliases.includes(alias)) stored[alias] = [...(stored[alias] ?? []), name];
  }
  return stored;
}
