import { DawngradError } from '../../errors/errors.js';
import { readShader } from './shader.js';
import { shaderFiles } from './shader-files.js';

/** A file of `shaders/` with an entry point, rather than a module that others import. */
export interface ShaderFile {
  /** The file's name without room and ending, by which a person calls it. */
  readonly name: string;
  /** The path under `shaders/`. */
  readonly file: string;
  /** The first line of the file's header. */
  readonly title: string;
}

/** Every shader that has an entry point, by name. */
export const listShaders = (): ShaderFile[] =>
  shaderFiles()
    .filter((path) => path.endsWith('.wgsl') && /^@compute/m.test(readShader(path)))
    .map((file) => ({
      file,
      name: file.replace(/^.*\/|\.wgsl$/g, ''),
      title: /^\/\/ (.*)/.exec(readShader(file))?.[1] ?? '',
    }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));

/**
 * The path under `shaders/` of a shader that has an entry point.
 * @param name the file's name, with or without room and ending: `relu`, `products/matmul_register.wgsl`
 * @throws DawngradError when there is none of that name
 */
export function findShader(name: string): string {
  const wanted = name.replace(/^shaders\/|\.wgsl$/g, '');
  const shaders = listShaders();
  const found = shaders.find(({ file, name }) => wanted === name || `${wanted}.wgsl` === file);
  if (!found) {
    const names = shaders.map(({ name }) => name).join(', ');
    throw new DawngradError(`no shader is called "${name}"; there are ${names}`);
  }
  return found.file;
}
