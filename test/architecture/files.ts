/** Rules for single files: their length, a shader's header, and a shader's one owner among the kernels. */

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

/** One line for every shader that not exactly one kernel file names, as in `shader: 'relu.wgsl'`. */
export function shadersWithoutOwner(shaders: readonly File[], kernels: readonly File[]): string[] {
  return shaders.flatMap(([path]) => {
    const name = path.replace(/^shaders\//, '');
    const owners = kernels.filter(([, text]) => text.includes(`'${name}'`)).map(([owner]) => owner);
    return owners.length === 1 ? [] : [`${path} is named by ${owners.join(' and ') || 'no kernel'}`];
  });
}
