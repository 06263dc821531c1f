import { DawngradError } from '../../errors/errors.js';
import { type LinkedPart, linkedParts, textOf } from './link.js';
import { filesOf } from './shader-files.js';

/** What a shader may store numbers as: whatever that is, it computes with f32. */
export type StorageType = 'f32' | 'f16';

/** New values for a shader's `const` declarations, and new types for its `alias` declarations, by name. */
export type Constants = Readonly<Record<string, number | boolean | StorageType>>;

const linked = new Map<string, { readonly parts: readonly LinkedPart[]; readonly text: string }>();

function linkOnce(shader: string) {
  let found = linked.get(shader);
  if (!found) {
    const { file, read, nameOf } = filesOf(shader);
    const parts = linkedParts(file, read, nameOf);
    found = { parts, text: textOf(parts) };
    linked.set(shader, found);
  }
  return found;
}

/**
 * The text of `shaders/<file>`, or of a file elsewhere, with the modules that it imports, linked once and kept.
 * @param shader the path under `shaders/`, or the address of a file elsewhere, `file:///...`
 * @throws DawngradError when it imports what is not there
 */
export const readShader = (shader: string): string => linkOnce(shader).text;

/** The line of a file that a line of a linked shader is. */
export interface SourceLine {
  /** As a person calls it. */
  readonly file: string;
  readonly line: number;
  readonly text: string;
}

/** Where a line of what `readShader` gives, from 1, comes from. */
export function sourceLine(shader: string, line: number): SourceLine {
  const { parts } = linkOnce(shader);
  const part = parts.findLast((part) => part.line <= line) as LinkedPart;
  const own = line - part.line + 1;
  return { file: filesOf(shader).nameOf(part.file), line: own, text: part.text.split('\n')[own - 1] ?? '' };
}

/** How WGSL writes a value of each type, or undefined where the type has no such value. */
const LITERALS: Readonly<Record<string, (value: Constants[string]) => string | undefined>> = {
  bool: (value) => (typeof value === 'boolean' ? String(value) : undefined),
  u32: (value) => (typeof value === 'number' && value >>> 0 === value ? `${value}u` : undefined),
  // The least of them is no literal: WGSL reads its sign as an operator.
  i32: (value) => (typeof value === 'number' && (value | 0) === value ? `i32(${value})` : undefined),
  f32: (value) => (Number.isFinite(value) ? finiteLiteral(Math.fround(value as number)) : undefined),
};

const finiteLiteral = (value: number) => (Number.isFinite(value) ? `${value}f` : undefined);

/**
 * Give `const NAME: type = ...;` declarations other values, and `alias NAME = f32;` declarations another type to store. But for
 * linking this is the only way in which a shader is ever changed, so what runs on the GPU is what a reader sees in the files, with
 * other numbers.
 *
 *     specialise('const ROWS: u32 = 16u;', { ROWS: 32 })        // 'const ROWS: u32 = 32u;'
 *     specialise('alias Stored = f32;', { Stored: 'f16' })      // 'enable f16; alias Stored = f16;'
 *
 * @throws DawngradError when there is no such constant or alias, or its type has no such value
 */
export function specialise(source: string, constants: Constants): string {
  const text = Object.entries(constants).reduce(
    (text, [name, value]) =>
      typeof value === 'string' ? storing(text, name, value) : valued(text, name, value),
    source,
  );
  return Object.values(constants).includes('f16') ? enablingF16(text) : text;
}

function valued(text: string, name: string, value: number | boolean): string {
  const declaration = new RegExp(`^const ${name}: (\\w+) = [^;]+;`, 'm');
  const found = declaration.exec(text);
  if (!found) throw new DawngradError(`specialising a shader: it declares no constant "${name}"`);
  const type = found[1] as string;
  const literal = LITERALS[type]?.(value);
  if (literal === undefined) {
    throw new DawngradError(`specialising a shader: its constant "${name}" is a ${type}, ${value} is none`);
  }
  return text.replace(declaration, `const ${name}: ${type} = ${literal};`);
}

function storing(text: string, name: string, type: StorageType): string {
  const declaration = new RegExp(`^alias ${name} = f(?:32|16);`, 'm');
  if (!declaration.test(text)) {
    throw new DawngradError(`specialising a shader: it declares no type "${name}" that can be ${type}`);
  }
  return text.replace(declaration, `alias ${name} = ${type};`);
}

/** WGSL wants this before all else; on the first line, every other keeps its number. */
const enablingF16 = (text: string): string => (/^enable f16;/m.test(text) ? text : `enable f16; ${text}`);
