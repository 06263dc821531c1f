/** What a new shader of a family starts from: the engine's own plainest one, which is right. */
import { DawngradError } from '../../errors/errors.js';
import { shaderText } from '../../gpu/shaders/shader-files.js';
import { specification } from '../../kernels/products/ladder/specification.js';
import { FAMILIES } from './families.js';

/** The family whose shaders compute matrix products of every form. */
export const MATMUL = 'matmul';

/** What `--family` may be. */
export const FAMILY_NAMES: readonly string[] = [MATMUL, ...Object.keys(FAMILIES)];

/**
 * The shader of the engine that is a family's specification, and the room of `shaders/` in which it stands.
 * @throws DawngradError when there is no such family
 */
export function familyNamed(name: string): { readonly shader: string; readonly room: string } {
  if (!FAMILY_NAMES.includes(name)) {
    throw new DawngradError(`no family of kernels is called "${name}"; there are ${FAMILY_NAMES.join(', ')}`);
  }
  const shader = name === MATMUL ? specification.kernel.shader : FAMILIES[name]!.shader;
  return { shader, room: shader.replace(/[^/]*$/, '') };
}

/** A shader to start from, as text: all that the family asks for is there, with what it is for. */
export function startingPoint(family: string): string {
  const { shader } = familyNamed(family);
  return `${introOf(family, shader)}\n${shaderText(shader)}`;
}

const introOf = (family: string, shader: string): string =>
  [
    `A shader of your own, which begins as a copy of shaders/${shader}.`,
    '',
    `    dawngrad lab THIS_FILE --family ${family}`,
    '',
    'checks it over a table of shapes and times it beside the engine. Bindings, struct Params and the names of entry points must stay; what',
    'is imported by `super::` and `package::` comes from the engine, or from beside this file where it lies there.',
    ...(family === MATMUL
      ? [
          'TILE_ROWS and TILE_COLUMNS say how much of c a workgroup computes, ROWS_FIRST whether workgroups go along rows (x) and then columns (y).',
          'A product that asks for a constant that is not here (RELU, MASK, WINDOW, ROW_SUMS, ...) is left to others.',
        ]
      : []),
    'From here on it is what the engine says of its own:',
    '',
  ]
    .map((line) => `// ${line}`.trimEnd())
    .join('\n');
