/**
 * Holds the declaration of a kernel against the text of its shader: what differs is told where it is declared, rather than by a
 * driver at the first launch, or by nobody where the wrong memory is bound.
 */
import { fileURLToPath } from 'node:url';
import { DawngradError } from '../errors/errors.js';
import { explainSystemError } from '../files/system-error.js';
import type { Access } from '../gpu/shaders/pipelines.js';
import { readShader } from '../gpu/shaders/shader.js';

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

/** What a declaration says that its shader does not; undefined where they agree. */
export function declarationProblem(
  { entryPoint, bindings, params, storage = {} }: Declaration,
  source: string,
): string | undefined {
  const text = source.replace(COMMENT, '');
  const entryPoints = [...text.matchAll(ENTRY_POINT)].map(([, name]) => name);
  if (!entryPoints.includes(entryPoint)) {
    return `there is no entry point "${entryPoint}", but ${entryPoints.join(', ') || 'none at all'}`;
  }
  const declared = {
    params: listed(Object.entries(params).map(([name, type]) => `${name}: ${type}`)),
    bindings: listed(Object.entries(bindings).map(([name, access], at) => `${at + 1} ${name} ${access}`)),
  };
  const written = {
    params: listed(paramsOf(text)),
    bindings: listed(bindingsOf(text, entryPoint)),
  };
  if (declared.params !== written.params) {
    return `params are declared ${declared.params}, and struct Params has ${written.params}`;
  }
  if (declared.bindings !== written.bindings) {
    return `bindings are declared ${declared.bindings}, and "${entryPoint}" uses ${written.bindings}`;
  }
  if (Object.keys(bindings).length > MOST_BINDINGS) {
    return `there are ${Object.keys(bindings).length} bindings, and WebGPU promises ${MOST_BINDINGS}`;
  }
  const halves = [storage, storedIn(text, Object.keys(bindings))].map((types) =>
    listed(Object.entries(types).map(([alias, names]) => `${alias} of ${names.join(' and ')}`)),
  );
  if (halves[0] === halves[1]) return undefined;
  return `storage is declared ${halves[0]}, and the shader has ${halves[1]}`;
}

const listed = (parts: readonly string[]): string => parts.join(', ') || 'none';

const COMMENT = /\/\/[^\n]*|\/\*[\s\S]*?\*\//g;
const ENTRY_POINT = /@compute[^{]*?\bfn\s+(\w+)\s*\(/g;
/** What begins something that is declared for the whole file, perhaps after attributes. */
const DECLARATION = /^(?:@[^\n]*\)\s)?(?:const|override|alias|struct|fn|var(?:<[^>]*>)?)\s+(\w+)/gm;
/** A name that is used: not a member, as in `params.x`. */
const NAME = /(?<![\w.])[a-zA-Z]\w*/g;
/** What is declared within: variables, parameters, members of a struct. */
const LOCAL = /\b(?:let|var|const)\s+(\w+)|\b(\w+)\s*:/g;
const STORAGE = /@group\(0\)\s*@binding\((\d+)\)\s*var<storage(?:,\s*(\w+))?>\s*(\w+)/g;

/** The fields of `struct Params`, as `name: type`, in order. */
function paramsOf(text: string): string[] {
  const body = /struct Params\s*\{([^}]*)\}/.exec(text)?.[1] ?? '';
  return [...body.matchAll(/(\w+)\s*:\s*(\w+)/g)].map(([, name, type]) => `${name}: ${type}`);
}

/** The storage bindings that an entry point uses, itself or in what it calls, as `binding name access`, in order. */
function bindingsOf(text: string, entryPoint: string): string[] {
  const used = namesUsedBy(text, entryPoint);
  return [...text.matchAll(STORAGE)]
    .filter(([, , , name = '']) => used.has(name))
    .sort(([, one], [, other]) => Number(one) - Number(other))
    .map(([, at, access, name]) => `${at} ${name} ${access === 'read_write' ? 'write' : 'read'}`);
}

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
