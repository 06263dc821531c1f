/**
 * A recipe is a JSON file that says how one system of the paper is trained: the fields of a run's config, and what the paper
 * reports. Those of this package lie in `recipes/`; a user may write others. A recipe that `extends` another holds only the
 * lines that it changes.
 */
import { basename, dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { checkArgument } from '../../errors/check-options.js';
import { text } from '../../errors/rules.js';
import { parseAs, parseJson } from '../../files/json.js';
import { readText } from '../../files/read-file.js';
import { isShipped, PACKAGE, shippedIn, shippedText } from '../../files/shipped.js';
import { isNetFile } from '../nets/net-file.js';
import { RunError } from '../run/run-error.js';
import { configSchema } from './config.js';
import { weightsFile } from './pinned-files.js';
import { forModel } from './presets.js';

const EXTENSION = '.json';

/** Where a recipe of this package lies within it. */
const shippedPath = (name: string) => `recipes/${name}${EXTENSION}`;

/** The same place as a path of the system, beside those of users' files. */
const pathOfShipped = (name: string) => fileURLToPath(new URL(shippedPath(name), PACKAGE));

/** What a recipe sets of a config: all but where this machine has the data. */
const settingsSchema = configSchema.omit({ recipe: true, data: true });

/** Lines that a recipe does not take over from the one that it extends: they are about itself. */
const ownLines = {
  /** The system in a few words. */
  description: z.string().min(1),
  /** What the paper says of it. */
  paper: z
    .strictObject({
      /** Test error, per cent. */
      error: z.number().min(0).max(100),
      /** Where it is printed, such as `table 1`. */
      where: z.string().min(1),
    })
    .optional(),
};

const recipeSchema = settingsSchema.extend(ownLines);

const fileSchema = settingsSchema.partial().extend({ ...ownLines, extends: z.string().min(1).optional() });

export interface Recipe extends Readonly<z.infer<typeof recipeSchema>> {
  /** The name of its file, without `.json`. */
  readonly name: string;
}

/** The recipes of this package. */
export const recipeNames = (): string[] =>
  shippedIn('recipes/')
    .map((file) => basename(file, EXTENSION))
    .sort();

/**
 * @param name one of `recipeNames()`, or the path of a file that ends in `.json`
 * @throws RunError when there is none, FileError when it cannot be read or is not a recipe
 */
export function readRecipe(name: string): Recipe {
  checkArgument('readRecipe', 'name', name, text);
  const path = pathOf(name, '.');
  return { ...parseAs(recipeSchema, merged(path, []), path), name: basename(path, EXTENSION) };
}

type Lines = Readonly<Record<string, unknown>>;

/** A file's lines over those of the recipes that it extends. Schema defaults come later: they would hide inherited lines. */
function merged(path: string, extending: readonly string[]): Lines {
  if (extending.includes(path)) {
    throw new RunError(
      `${path}: it extends itself: ${[...extending, path].map((one) => basename(one)).join(' -> ')}`,
    );
  }
  const lines = parseJson(textOf(path), path, 'a recipe') as Lines;
  parseAs(fileSchema, lines, path);
  const { extends: base, ...own } = withPaths(lines, dirname(path));
  if (base === undefined) return own;
  const { description, paper, ...inherited } = merged(pathOf(base as string, dirname(path)), [
    ...extending,
    path,
  ]);
  const { model = inherited.model } = own;
  return { ...forModel(model as string, inherited), ...own };
}

/** Files that a recipe names lie where they do from the recipe's directory. */
function withPaths(lines: Lines, directory: string): Lines {
  const { model, initFrom } = lines as Partial<Recipe>;
  return {
    ...lines,
    ...(model !== undefined && isNetFile(model) && { model: resolve(directory, model) }),
    ...(initFrom && { initFrom: { ...initFrom, path: weightsFile(resolve(directory, initFrom.path)) } }),
  };
}

/** What a recipe's file says; those of this package may have no file where they are bundled. */
function textOf(path: string): string {
  const name = basename(path, EXTENSION);
  return path === pathOfShipped(name) && isShipped(shippedPath(name))
    ? shippedText(shippedPath(name))
    : readText(path);
}

/** Where a recipe lies: a file's path counts from the directory `from`, a name is one of this package's. */
function pathOf(name: string, from: string): string {
  if (name.endsWith(EXTENSION)) return resolve(from, name);
  if (isShipped(shippedPath(name))) return pathOfShipped(name);
  throw new RunError(
    `no recipe is called "${name}"; there are ${recipeNames().join(', ')}, or name a file that ends in ${EXTENSION}`,
  );
}
