/**
 * The rule of the house, as data and two checks: an import goes down, never up, and never round.
 * A file is named by its path in the repository, `src/gpu/device.ts`. Type-only imports count like others.
 */
import { posix } from 'node:path';

/** The floors, lowest first: a file imports from its own floor and from those before it. */
export const FLOORS = [
  'errors',
  'files',
  'gpu',
  'tensor',
  'kernels',
  'autograd',
  'nn',
  'data',
  'train',
  'inspect',
  'experiments',
  'index',
  'cli',
] as const;

/** Floors that some of the floors above must not see either. `index` is the single file src/index.ts. */
const ONLY_FOR: Readonly<Record<string, readonly string[]>> = { inspect: ['inspect', 'index', 'cli'] };

/** What each file imports from within src. */
export type ImportGraph = ReadonlyMap<string, readonly string[]>;

/** Reads the imports of files given as `[path, text]`; packages are not ours to judge, and left out. */
export function importGraph(files: Iterable<readonly [string, string]>): ImportGraph {
  return new Map([...files].map(([path, text]) => [path, importsOf(path, text)]));
}

/** One line for every import that breaks the order of the floors. */
export function wrongImports(graph: ImportGraph): string[] {
  return [...graph].flatMap(([from, targets]) => {
    const floor = floorOf(from);
    if (floor === undefined) return [`${from} lies on no floor`];
    return targets.flatMap((to) => {
      const below = floorOf(to);
      if (below === undefined) return [`${from} imports ${to}, which lies on no floor`];
      if (FLOORS.indexOf(below) > FLOORS.indexOf(floor)) return [`${from} imports ${to}, a floor up`];
      if (ONLY_FOR[below]?.includes(floor) === false) return [`${from} imports ${to}, closed to ${floor}`];
      return [];
    });
  });
}

/** The cycles that a depth-first walk meets, each as the files along it, the first one again at its end. */
export function importCycles(graph: ImportGraph): string[][] {
  const cycles: string[][] = [];
  const finished = new Set<string>();
  const visit = (file: string, path: readonly string[]): void => {
    if (path.includes(file)) {
      cycles.push([...path.slice(path.indexOf(file)), file]);
      return;
    }
    if (finished.has(file)) return;
    for (const target of graph.get(file) ?? []) visit(target, [...path, file]);
    finished.add(file);
  };
  for (const file of graph.keys()) visit(file, []);
  return cycles;
}

function floorOf(file: string): (typeof FLOORS)[number] | undefined {
  const name = file === 'src/index.ts' ? 'index' : /^src\/([^/]+)\//.exec(file)?.[1];
  return FLOORS.find((floor) => floor === name);
}

const STRING_OR_COMMENT = /('(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*")|\/\/[^\n]*|\/\*[\s\S]*?\*\//g;
/** `import ... from 'x'`, `export ... from 'x'`, `import 'x'`, and `import('x')`, which may be a type. */
const IMPORT = /\b(?:(?:import|export)\b[^;'"()]*?\bfrom\s*|import\s*\(?\s*)['"]([^'"]+)['"]/g;

function importsOf(path: string, text: string): string[] {
  const code = text.replace(STRING_OR_COMMENT, (_, string?: string) => string ?? ' ');
  const specifiers = [...code.matchAll(IMPORT)].map(([, specifier = '']) => specifier);
  return specifiers
    .filter((specifier) => specifier.startsWith('.'))
    .map((specifier) => posix.join(posix.dirname(path), specifier).replace(/\.js$/, '.ts'));
}
