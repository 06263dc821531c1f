import { readFileSync } from 'node:fs';
import { DawngradError } from './errors.js';

/** New values for a shader's `const` declarations, by name. */
export type Constants = Readonly<Record<string, number | boolean>>;

const directory = new URL('../../shaders/', import.meta.url);
const sources = new Map<string, string>();

/** The text of `shaders/<file>`, as it stands. */
export function readShader(file: string): string {
  let source = sources.get(file);
  if (source === undefined) {
    source = readFileSync(new URL(file, directory), 'utf8');
    sources.set(file, source);
  }
  return source;
}

/** A WGSL literal of the declared type. */
function literal(type: string, value: number | boolean): string {
  if (type === 'bool' || typeof value === 'boolean') return String(Boolean(value));
  if (type === 'f32') return Number.isInteger(value) ? `${value}.0` : String(Math.fround(value));
  return type === 'u32' ? `${value}u` : `${value}i`;
}

/**
 * Give `const NAME: type = ...;` declarations other values. This is the only way in which a shader is ever changed, so
 * what runs on the GPU is what a reader sees in the file, with other numbers.
 */
export function specialise(source: string, constants: Constants): string {
  return Object.entries(constants).reduce((text, [name, value]) => {
    const declaration = new RegExp(`^const ${name}: (\\w+) = [^;]+;`, 'm');
    const found = declaration.exec(text);
    if (!found) throw new DawngradError(`specialising a shader: it declares no constant "${name}"`);
    const type = found[1] as string;
    return text.replace(declaration, `const ${name}: ${type} = ${literal(type, value)};`);
  }, source);
}
