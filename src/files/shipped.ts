/**
 * The files that ship with the code: shaders, recipes, rules of the tuner. They are read where the package lies; in a program that
 * a bundler made, which has no such place, from the texts that `npm run build` put into `dist/`.
 */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { SHIPPED_TEXTS } from './shipped-texts.js';

/** The address of this module; a bundle of CommonJS has none, and is taken to lie in the working directory. */
export const HERE: string = (import.meta.url as string | undefined) ?? pathToFileURL('bundle.cjs').href;

/** The directory of the package, which holds `shaders/` and the rest; in a bundle, a place where nothing is looked for. */
export const PACKAGE = new URL('../../', HERE);

/** A bundler puts this module into a file of another name, or lets it think that it still lies where it was when it was bundled. */
const isBundled = !/\/files\/shipped\.[jt]s$/.test(HERE) || !existsSync(new URL('shaders/', PACKAGE));

/** Packages that are not bundled, such as Dawn's, which is machine code. */
export const requireBeside = createRequire(HERE);

/**
 * The text of a shipped file.
 * @param path within the package, such as `recipes/nin-mnist.json`
 */
export function shippedText(path: string): string {
  const text = isBundled ? SHIPPED_TEXTS[path] : readFileSync(new URL(path, PACKAGE), 'utf8');
  if (text === undefined) throw new Error(`${path} is not in this bundle of dawngrad`);
  return text;
}

/** Does a shipped file of this path exist? No file has a path that the system refuses, such as one that is too long. */
export function isShipped(path: string): boolean {
  if (isBundled) return Object.hasOwn(SHIPPED_TEXTS, path);
  try {
    return statSync(new URL(path, PACKAGE)).isFile();
  } catch {
    return false;
  }
}

/**
 * The paths of all shipped files in a directory of the package, such as `tuning/`, and below it, sorted.
 * @returns none where there is no such directory
 */
export function shippedIn(directory: string): string[] {
  if (isBundled) return Object.keys(SHIPPED_TEXTS).filter((path) => path.startsWith(directory));
  const place = new URL(directory, PACKAGE);
  if (!existsSync(place)) return [];
  return readdirSync(place, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => pathToFileURL(`${entry.parentPath}/${entry.name}`).href.slice(PACKAGE.href.length))
    .sort();
}
