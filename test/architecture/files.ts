/** Rules for files: their length, a shader's header, a shader's one owner among the kernels, and nothing written twice. */
import { importsFrom } from '../../src/gpu/shaders/link.js';

/** A longer file is two files. */
export const LONGEST_FILE = 400;

/** A file of the repository as `[path, text]`. */
export type File = readonly [path: string, text: string];

/** One line for every file of more than {@link LONGEST_FILE} lines. */
export function longFiles(files: readonly File[]): string[] {
  return files
    .map(([path, text]) => ({ path, lines: text.replace(/\n$/, '').split('\n').length }))
    .filter(({ lines }) => lines > LONGEST_FILE)
    .map(({ path, lines }) => `${path} has ${lines} lines`);
}

/** The shaders that do not open with a comment of at least two lines, which says what is computed and how. */
export function shadersWithoutHeader(shaders: readonly File[]): string[] {
  return shaders.filter(([, text]) => !/^(\/\/.*\n\/\/|\/\*.*\n)/.test(text)).map(([path]) => path);
}

/**
 * One line for every shader that not exactly one kernel file names, as in `shader: 'elementwise/relu.wgsl'`, and for every module, a shader
 * without an entry point, that no other shader imports.
 */
export function shadersWithoutOwner(shaders: readonly File[], kernels: readonly File[]): string[] {
  return shaders.flatMap(([path, text]) => {
    const name = path.replace(/^shaders\//, '');
    if (!/^@compute/m.test(text)) {
      const isImported = shaders.some(([other, text]) =>
        importsFrom(other.replace(/^shaders\//, ''), text, name),
      );
      return isImported ? [] : [`${path} has no entry point, and no shader imports it`];
    }
    const owners = kernels.filter(([, text]) => text.includes(`'${name}'`)).map(([owner]) => owner);
    return owners.length === 1 ? [] : [`${path} is named by ${owners.join(' and ') || 'no kernel'}`];
  });
}

/** What a loop begins with, braces, and an array that is declared without a value. */
const LOOPS_AND_ARRAYS = /\b(?:for|while|loop)\b|[{}]|\bvar\s+(\w+)\s*:\s*array<[^;={}]*;/g;

/**
 * One line for every array that a shader declares without a value within a loop: by WGSL it is all zeros in each turn, but Tint leaves
 * what the turn before put there. What is declared before the loop means what it does.
 */
export function arraysInLoops(shaders: readonly File[]): string[] {
  return shaders.flatMap(([path, text]) => {
    const blocks: boolean[] = [];
    let begins = false;
    return [...text.replace(/\/\/.*/g, '').matchAll(LOOPS_AND_ARRAYS)].flatMap(([token, array]) => {
      if (array !== undefined) return blocks.includes(true) ? [`${path}: ${array} has no value`] : [];
      if (token === '}') blocks.pop();
      else if (token === '{') blocks.push(begins);
      begins = token !== '}' && token !== '{';
      return [];
    });
  });
}

/** As many lines alike, one after the other, are one idea written twice. */
export const LONGEST_REPETITION = 19;

/**
 * One line for every run of more than {@link LONGEST_REPETITION} lines that stands in two files. Neither blank lines nor white
 * space at the beginning of a line count; comments do.
 */
export function repetitions(files: readonly File[]): string[] {
  const length = LONGEST_REPETITION + 1;
  const firstSeen = new Map<string, string>();
  const found = new Set<string>();
  for (const [path, text] of files) {
    const lines = text
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line !== '');
    for (let start = 0; start + length <= lines.length; start++) {
      const run = lines.slice(start, start + length).join('\n');
      const other = firstSeen.get(run);
      if (other && other !== path) found.add(`${other} and ${path} share ${length} lines`);
      if (!other) firstSeen.set(run, path);
    }
  }
  return [...found];
}
