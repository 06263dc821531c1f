/** A user's shader as a rung of the ladder. */
import { DawngradError } from '../../errors/errors.js';
import {
  defineGeneralKernel,
  type GeneralRung,
  generalRung,
} from '../../kernels/products/ladder/general-rung.js';
import { comesInFours, type InFours } from '../../kernels/products/ladder/in-fours.js';
import { fetchDirections } from '../../kernels/products/ladder/tiles.js';
import type { Product, Stored } from '../../kernels/products/product.js';
import type { Candidate } from './check-rung.js';
import { checkLaunchable, declares, type UsersShader } from './users-shader.js';

/** It takes part wherever its shader can. */
export type UsersRung = GeneralRung & Required<Pick<Candidate, 'stores'>>;

/** What a product that has neither does not touch. */
const OPTIONAL = ['bias', 'mask'];

/**
 * The rung of a shader that computes matrix products. How much of c a workgroup computes, it says itself: `const TILE_ROWS: u32 = 64u;`
 * and TILE_COLUMNS. What it has no constant for (`RELU`, `WINDOW`, ...) it does not take.
 * @throws DawngradError when it has no such constants, or not the bindings of a product
 */
export function usersRung(shader: UsersShader): UsersRung {
  const tile = { rows: sizeIn(shader, 'TILE_ROWS'), columns: sizeIn(shader, 'TILE_COLUMNS') };
  const order = shader.constants.ROWS_FIRST === true ? 'rows first' : 'columns first';
  const kernel = {
    ...defineGeneralKernel(shader.address, () => tile, order),
    name: `matmul of ${shader.path}`,
  };
  checkLaunchable(shader, { ...kernel, name: 'a matrix product' }, OPTIONAL);
  const knows = (constant: string) => declares(shader, constant);
  const walk = knows('ACROSS') ? takingFours(shader) : fetching(knows);
  return { ...generalRung({ kernel, knows, ...walk }), stores: (stored) => storesAs(shader, stored) };
}

/** What of the directions in which it may fetch a shader lets one choose. */
const fetching = (knows: (constant: string) => boolean): Pick<GeneralRung, 'specialise'> => ({
  specialise: (product) =>
    Object.fromEntries(Object.entries(fetchDirections(product)).filter(([name]) => knows(name))),
});

/** As what reads operands four numbers at a time is to walk along them (in_fours/slices.wgsl), where they allow that. */
function takingFours({ constants }: UsersShader): Pick<GeneralRung, 'accepts' | 'specialise'> {
  const walk = (product: Product) => comesInFours(product, Number(constants.DEPTH));
  return {
    accepts: (_, product) => walk(product) !== undefined,
    specialise: (product) => walk(product) as InFours,
  };
}

function sizeIn({ path, constants }: UsersShader, name: string): number {
  const size = constants[name];
  if (typeof size === 'number' && Number.isInteger(size) && size > 0) return size;
  throw new DawngradError(
    `${path}: it must say how much of c a workgroup computes, \`const ${name}: u32 = 64u;\`, a number that is written out`,
  );
}

/** Can the shader store operands so? Halves only where it has an alias for them, `alias StoredA = f32;`. */
const storesAs = (shader: UsersShader, stored: Stored): boolean =>
  (['a', 'b', 'c'] as const).every(
    (operand) => stored[operand] === 'f32' || declares(shader, `Stored${operand.toUpperCase()}`),
  );
