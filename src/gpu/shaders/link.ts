/**
 * Linking: what several shaders share stands in a module of its own, and a shader says which names it uses from there:
 *
 *     import package::random::{Key, pcg3d};          // from shaders/random.wgsl
 *     import super::shared::columns::columns_of;     // from shared/columns.wgsl beside the file that says so
 *
 * This is the syntax of WESL (https://wesl-lang.dev), of which imports are all that is known here. The linked text is the
 * shader's own, line for line, its imports made comments, and behind it every module it needs, whole and once. What they enable stands
 * in the first of its lines that is empty, since WGSL wants that before all else. Names stay as they are written, so no two of these files may declare the same one.
 *
 * Why not WESL's own linker, npm `wesl` 0.7: it refuses every built-in name that is not in its list, Dawn's `subgroup_matrix_left`
 * among them; it is asynchronous, where pipelines are made; and it takes 98 ms for our shaders, this 7 ms.
 */
import { DawngradError } from '../../errors/errors.js';

/** A statement that begins a line with `import`, up to its semicolon. */
const STATEMENT = /^import\b[^;]*;?/gm;
/** A directive that begins a line, up to its semicolon. */
const ENABLE = /^enable\b[^;]*;/gm;
/** An import without white space around its signs: where the path starts, the modules along it, and a name or several in braces. */
const PARTS = /^import (package::|(?:super::)+)((?:\w+::)+)(?:(\w+)|\{([\w,]+)\});$/;
/** What declares a name for the whole file: it begins a line, perhaps after attributes. */
const DECLARATION = /^(?:@[^\n]*\) )?(?:const|override|alias|struct|fn|var(?:<[^>]*>)?) (\w+)/gm;

/** Names that a file imports from another, and the line that says so. */
interface Import {
  readonly from: string;
  readonly names: readonly string[];
  readonly line: number;
}

/** What a file is of a linked text. */
export interface LinkedPart {
  readonly file: string;
  readonly text: string;
  /** The line of the whole at which it begins, from 1. */
  readonly line: number;
}

/**
 * The text of a shader with all that it imports, valid WGSL as it stands.
 * @param file under `shaders/`; `read` gives the text of such a file, or throws
 * @throws DawngradError that names file and line, when there is no such module or name, when a name is declared twice, or when
 *   modules import one another
 */
export const link = (file: string, read: (file: string) => string): string => textOf(linkedParts(file, read));

/** The whole that these parts are of. */
export const textOf = (parts: readonly LinkedPart[]): string =>
  parts.map(({ file, text }, index) => (index === 0 ? text : headOf(file) + text)).join('');

/** What stands before a module. */
const headOf = (file: string): string => `\n// ${file}\n\n`;

/**
 * As `link`, in parts: the shader first, then the modules.
 * @param nameOf what messages call a file
 */
export function linkedParts(
  file: string,
  read: (file: string) => string,
  nameOf: (file: string) => string = (file) => file,
): LinkedPart[] {
  const linking = `linking ${nameOf(file)}`;
  const texts = new Map<string, string>();
  const declaredBy = new Map<string, string>();

  const include = (file: string, text: string, path: readonly string[]): void => {
    for (const name of namesDeclaredIn(text)) {
      const other = declaredBy.get(name);
      if (other) {
        throw new DawngradError(`${linking}: ${nameOf(other)} and ${nameOf(file)} both declare "${name}"`);
      }
      declaredBy.set(name, file);
    }
    texts.set(file, text);
    for (const { from, names, line } of importsOf(file, text, nameOf(file))) {
      const at = `${linking}: line ${line} of ${nameOf(file)} imports`;
      if (path.includes(from)) {
        throw new DawngradError(`${at} ${nameOf(from)}, which imports that file in turn`);
      }
      const module = texts.get(from) ?? readModule(from, read, `${at} from ${nameOf(from)}`);
      const missing = names.find((name) => !namesDeclaredIn(module).includes(name));
      if (missing) {
        throw new DawngradError(`${at} "${missing}" from ${nameOf(from)}, which declares no such name`);
      }
      if (!texts.has(from)) include(from, module, [...path, from]);
    }
  };

  include(file, read(file), [file]);
  const own = texts.get(file) ?? '';
  const modules = [...texts].filter(([name]) => name !== file);
  const enabled = new Set(modules.flatMap(([, text]) => text.match(ENABLE) ?? []));
  for (const directive of own.match(ENABLE) ?? []) enabled.delete(directive);
  // The first line that is empty, behind the header, has room for them.
  const first = commented(own, STATEMENT).replace(/^$/m, [...enabled].join(' '));
  const parts = [{ file, text: first, line: 1 }];
  let lines = lineEndsIn(first);
  for (const [name, text] of modules) {
    const part = { file: name, text: withoutDirectives(text), line: 1 + lines + lineEndsIn(headOf(name)) };
    parts.push(part);
    lines = part.line - 1 + lineEndsIn(part.text);
  }
  return parts;
}

const lineEndsIn = (text: string): number => text.split('\n').length - 1;

const withoutDirectives = (text: string): string => commented(commented(text, STATEMENT), ENABLE);

function readModule(file: string, read: (file: string) => string, at: string): string {
  try {
    return read(file);
  } catch (cause) {
    throw new DawngradError(`${at}, which cannot be read`, { cause });
  }
}

const namesDeclaredIn = (text: string): string[] =>
  [...text.matchAll(DECLARATION)].map(([, name = '']) => name);

/** What a file imports, in order. */
function importsOf(file: string, text: string, called = file): Import[] {
  return [...text.matchAll(STATEMENT)].map(({ 0: statement, index }) => {
    const line = text.slice(0, index).split('\n').length;
    const parts = PARTS.exec(statement.replace(/\s+/g, ' ').replace(/ ?([{},;]|::) ?/g, '$1'));
    if (!parts) {
      throw new DawngradError(
        `linking: line ${line} of ${called} must be "import package::path::name;" or "import super::path::{names};", ` +
          `but is "${statement.replace(/\s+/g, ' ')}"`,
      );
    }
    const [, start = '', modules = '', name, several = ''] = parts;
    const folders = file.split('/');
    const base = start === 'package::' ? [] : folders.slice(0, -start.split('::').length + 1);
    const names = name ? [name] : several.split(',').filter(Boolean);
    return { from: `${[...base, ...modules.split('::').slice(0, -1)].join('/')}.wgsl`, names, line };
  });
}

/** With these statements made comments, in as many lines as before. */
const commented = (text: string, statement: RegExp): string =>
  text.replace(statement, (found) => found.replace(/^/gm, '// '));

/** Does a file import anything from this module, by itself? */
export const importsFrom = (file: string, text: string, module: string): boolean =>
  importsOf(file, text).some(({ from }) => from === module);
