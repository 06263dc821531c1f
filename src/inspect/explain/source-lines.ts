/** From a call stack to the files and lines that a reader looks for. */
import { existsSync, readFileSync } from 'node:fs';
import { SourceMap } from 'node:module';
import { dirname, posix, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PACKAGE } from '../../files/shipped.js';
import type { CallStack } from '../../gpu/program/call-stack.js';

const ROOT = fileURLToPath(PACKAGE);

/** The floors below an op, where each call is one of many alike; and what only passes calls on. */
const PASSED_OVER =
  /^src\/(gpu|tensor|kernels|autograd|inspect)\/|^src\/nn\/(module|around-forward|layers\/(sequential|together))\.ts:/;

/** Whoever called that is not part of what is traced: see src/gpu/program/origin.ts. */
const BEGIN = /^ *at tracing \(/m;

/** `at name (file:line:column)`, or without a name and brackets. */
const FRAME = /^ *at (?:.*\(|async )?((?:file:\/\/)?\/?[^()]*?):(\d+):(\d+)\)?$/gm;

/**
 * The lines that led to a launch, innermost first: the call of the op, then the calls around it; in the engine as
 * `src/nn/layers/conv2d.ts:71`, elsewhere by the path from the working directory. Nothing within an op is among them.
 */
export function sourceLines({ stack = '' }: CallStack): string[] {
  const [within = ''] = stack.split(BEGIN);
  const lines = [...within.matchAll(FRAME)]
    .map(([, file = '', line, column]) => lineOf(file, Number(line), Number(column)))
    .filter((line) => line !== undefined && !PASSED_OVER.test(line)) as string[];
  // A call through a function on the spot is one line twice.
  return lines.filter((line, index) => line !== lines[index - 1]);
}

function lineOf(place: string, line: number, column: number): string | undefined {
  if (place.startsWith('node:')) return undefined;
  const file = place.startsWith('file:') ? fileURLToPath(place) : place;
  const found = sourceOf(file, line, column) ?? { file, line };
  const inEngine = relative(ROOT, found.file);
  const isOwn = !inEngine.startsWith('..') && /^(src|dist)\b/.test(inEngine);
  const path = isOwn ? inEngine : relative(process.cwd(), found.file);
  return `${path.split(sep).join(posix.sep)}:${found.line}`;
}

const maps = new Map<string, SourceMap | undefined>();

/** Where the line of a file that was compiled comes from, if that was written beside it. */
function sourceOf(file: string, line: number, column: number): { file: string; line: number } | undefined {
  if (!maps.has(file)) maps.set(file, mapBeside(file));
  const entry = maps.get(file)?.findEntry(line - 1, column - 1);
  if (!entry || !('originalSource' in entry)) return undefined;
  const { originalSource, originalLine } = entry;
  const source = originalSource.startsWith('file:') ? fileURLToPath(originalSource) : originalSource;
  return { file: resolve(dirname(file), source), line: originalLine + 1 };
}

function mapBeside(file: string): SourceMap | undefined {
  const path = `${file}.map`;
  return existsSync(path) ? new SourceMap(JSON.parse(readFileSync(path, 'utf8'))) : undefined;
}
