/** Where the book's links into the source lead: `../src/tensor/tidy.ts#tidy` is the line that declares `tidy` in that file. */
import { existsSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository, with a slash at its end. */
export const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** A file of the repository outside the book, and what of it is meant. */
export interface SourceLink {
  /** From the root: `src/tensor/tidy.ts`. */
  readonly path: string;
  /** What is declared in it, if not all of it is meant. */
  readonly symbol?: string;
}

/**
 * What a link on a page leads to, if that is in the source; undefined for links within the book and to the web.
 * @param page the page's path in `docs/`
 */
export function sourceLinkOf(page: string, href: string): SourceLink | undefined {
  if (!href.startsWith('.')) return undefined;
  const [target = '', symbol] = href.split('#');
  const path = posix.join('docs', posix.dirname(page), target);
  if (path.startsWith('docs/')) return undefined;
  return symbol ? { path, symbol } : { path };
}

/** The page of the book that shows a source file: `/source/src/tensor/tidy-ts`, since a name with a dot would be taken for a file. */
export const sourcePage = (path: string): string => `/source/${path.replace(/\.(?=\w+$)/, '-')}`;

const escaped = (symbol: string): string => symbol.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** What a line looks like that declares a name: at the top level, or within something else. */
const declarations = (name: string): readonly RegExp[] => [
  new RegExp(
    `^(?:(?:export |abstract |async )*(?:function\\*?|class|const|let|interface|type|fn|struct|alias) ` +
      `|@group.* |var(?:<[\\w, ]+>)? )?${name}(?!\\()`,
  ),
  new RegExp(`^(?:export |async )*(?:function\\*?|fn) ${name}`),
  new RegExp(
    `^\\s+(?:static |readonly |override |async |get |const |let |function )*[*#'"]*${name}['"]?` +
      `(?:\\??: |<| =|\\(.*[{(]$)`,
  ),
];

/** The number of the line that declares a symbol, in TypeScript, JavaScript or WGSL; undefined where none does. */
export function lineOf(text: string, symbol: string): number | undefined {
  const lines = text.split('\n');
  const found = declarations(`${escaped(symbol)}(?![\\w$])`)
    .map((declaration) => lines.findIndex((line) => declaration.test(line)))
    .find((index) => index >= 0);
  return found === undefined ? undefined : found + 1;
}

/**
 * The address in the book of what a link into the source means.
 * @throws Error where there is no such file, or it declares no such thing
 */
export function sourceAddress(page: string, { path, symbol }: SourceLink): string {
  if (!existsSync(ROOT + path)) throw new Error(`${page} links to ${path}, which is not there`);
  if (symbol === undefined) return sourcePage(path);
  const line = lineOf(readFileSync(ROOT + path, 'utf8'), symbol);
  if (line === undefined)
    throw new Error(`${page} links to ${symbol} in ${path}, which declares no such thing`);
  return `${sourcePage(path)}#L${line}`;
}
