/** Matrix units where there are none: what runs is the shader's own text, but for the module that has the matrices. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll } from 'vitest';
import type { Device } from '../../src/gpu/device.js';
import { link } from '../../src/gpu/shaders/link.js';
import { shaderText } from '../../src/gpu/shaders/shader-files.js';
import type { GeneralRung } from '../../src/kernels/products/ladder/general-rung.js';
import { LADDER, type MatmulVariant, VARIANTS } from '../../src/kernels/products/ladder/ladder.js';
import type { Rung } from '../../src/kernels/products/ladder/rung.js';
import { runsOn } from './ladder.js';

/** The shaders for matrix units: of products of every form, and of convolutions from a piece of images. */
export const UNITS = 'products/matmul_matrix_units.wgsl';
export const HALOED_UNITS = 'products/matmul_haloed_units.wgsl';
const MODULE = 'products/in_fours/matrix_units.wgsl';

const rungsOf = (shaders: readonly string[]): MatmulVariant[] =>
  VARIANTS.filter((variant) => shaders.includes(LADDER[variant].kernel.shader));

/** The rungs that need matrix units. */
const MATRIX_RUNGS = rungsOf([UNITS, HALOED_UNITS]);
/** Those of them that take products of every form. */
export const GENERAL_MATRIX_RUNGS = rungsOf([UNITS]);

const FEATURES = /^enable (subgroups|chromium_experimental_subgroup_matrix);\n/gm;
const SUBGROUP = /\n *@builtin\(subgroup_id\) subgroup: u32,\n\) \{\n/;

/** A shader for matrix units, without any and without subgroups. */
function emulated(shader: string): string {
  const read = (file: string) =>
    shaderText(file === MODULE ? new URL('matrix_units_emulated.wgsl', import.meta.url).href : file);
  return link(shader, read)
    .replace(FEATURES, '')
    .replace(
      SUBGROUP,
      () => `\n) {\n  let subgroup = index / LANES;\n  begin_matrices(index % LANES, subgroup);\n`,
    );
}

/** In this test file, or the part of it that calls this, have another rung in place of one. To be called before `emulateMatrixUnits`. */
export function replaceRung(variant: MatmulVariant, other: Rung): void {
  const rung: Partial<Rung> = LADDER[variant];
  const before = { ...rung };
  const become = (next: Partial<Rung>) => {
    for (const name of Object.keys(rung)) delete rung[name as keyof Rung];
    Object.assign(rung, next);
  };
  beforeAll(() => become({ ...before, ...other }));
  afterAll(() => become(before));
}

/**
 * In this test file, let a device without matrix units run the rungs that need them, by their emulation; one that has them runs
 * what is written. To be called after `useDevice`.
 */
export function emulateMatrixUnits(gpu: { readonly device: Device }): void {
  let directory: string | undefined;
  // Other test files see the same ladder.
  const undo: (() => void)[] = [];
  beforeAll(() => {
    if (MATRIX_RUNGS.some((variant) => runsOn(gpu.device, variant))) return;
    directory = mkdtempSync(join(tmpdir(), 'dawngrad-matrix-units-'));
    const files = new Map(
      [UNITS, HALOED_UNITS].map((shader) => {
        const file = join(directory as string, basename(shader));
        writeFileSync(file, emulated(shader));
        return [shader, pathToFileURL(file).href];
      }),
    );
    for (const variant of MATRIX_RUNGS) {
      const { kernel, specialise, accepts }: Rung & Pick<GeneralRung, 'specialise'> = LADDER[variant];
      const { shader } = kernel;
      // The rungs of one shader share its kernel, which the first of them has changed.
      Object.assign(kernel, { shader: files.get(shader) ?? shader });
      Object.assign(LADDER[variant], {
        accepts: ((device, product) => specialise?.(product, device) !== undefined) as Rung['accepts'],
      });
      // Undone from the last to the first, the kernel has its own again.
      undo.unshift(() => {
        Object.assign(kernel, { shader });
        Object.assign(LADDER[variant], { accepts });
      });
    }
  });
  afterAll(() => {
    for (const step of undo) step();
    if (directory) rmSync(directory, { recursive: true });
  });
}
