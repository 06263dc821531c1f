/**
 * The shader for matrix units: run with its matrices emulated, since sums of whole numbers leave no doubt, and compiled as it is by Dawn's
 * Null backend, which computes nothing but checks a shader as any other does, and has every feature.
 */
import '../../support/narrow-vectors.js';
import { describe, expect, it } from 'vitest';
import { type Constants, readShader, specialise } from '../../../src/gpu/shaders/shader.js';
import { generalRung } from '../../../src/kernels/products/ladder/general-rung.js';
import { LADDER } from '../../../src/kernels/products/ladder/ladder.js';
import {
  constantsFor,
  matrixUnits,
  matrixUnitsKernel,
  turnsFor,
} from '../../../src/kernels/products/ladder/matrix-units.js';
import { matrixProduct } from '../../../src/kernels/products/matrix-product.js';
import { random64 } from '../../reference/random.js';
import { useDevice } from '../../support/device.js';
import { gpuLike, withRoom } from '../../support/devices-like.js';
import { upload } from '../../support/expect-op.js';
import { convolutionsInFours, expectConvolution, whole64 } from '../../support/in-fours.js';
import { runsOn } from '../../support/ladder.js';
import { emulateMatrixUnits, GENERAL_MATRIX_RUNGS, replaceRung, UNITS } from '../../support/matrix-units.js';
import { bytesUsed, ITS_LIMITS, useNullBackend } from '../../support/null-backend.js';
import { beyondRounding, HALF, TWO_HALVES } from '../../support/rounding.js';
import { expectSpecialProduct } from '../../support/special-products.js';

const SMALL = { rows: 64, columns: 64, depth: 16 } as const;
/** One subgroup, which takes the least time: in place of the tiles that a GPU is given. */
const [rounding, splitting] = ['matrixUnits64narrow', 'splitUnits64'] as const;
/**
 * Matrices of 8 x 8, and three subgroups one below another: the lines of b are no whole number of fetches, and sums are stored one
 * matrix at a time.
 */
const uneven = 'matrixUnits192';
const UNEVEN = { rows: 96, columns: 32, depth: 16, abreast: 1 } as const;

describe('a product of matrices of halves', () => {
  replaceRung(rounding, matrixUnits(SMALL));
  replaceRung(splitting, matrixUnits({ ...SMALL, split: true }));
  replaceRung(
    uneven,
    generalRung({
      kernel: matrixUnitsKernel,
      constants: constantsFor(UNEVEN, { edge: 8, lanes: 32 }),
      specialise: (product) => turnsFor(product, UNEVEN) as Constants,
      accepts: () => false, // but by the emulation
    }),
  );
  const gpu = useDevice({ precision: 'medium' });
  emulateMatrixUnits(gpu);
  const [taps, few, pointwise] = convolutionsInFours;
  const ALL = ['output', 'input gradient', 'parameter gradients'];

  it.each([taps!, few!, pointwise!])('rounded to one half each: $name', async (convolution) => {
    expect(await expectConvolution(gpu.device, convolution, rounding)).toEqual(ALL);
  });

  it.each([false, true])('in matrices of 8 x 8, and high tiles; b transposed: %s', async (transposeB) => {
    if (!runsOn(gpu.device, uneven)) return; // it has matrix units of its own
    const a = upload(gpu.device, whole64([100, 20], 1));
    const b = upload(gpu.device, whole64(transposeB ? [36, 20] : [20, 36], 2));
    const [got, wanted] = ([uneven, 'specification'] as const).map((variant) =>
      matrixProduct(a, b, { transposeB }, {}, variant).toArray(),
    );
    expect(await got).toEqual(await wanted);
  });

  it('of activations that are stored as halves', async (test) => {
    test.skip(!gpu.device.has('shader-f16'), 'this device has no halves');
    expect(await expectConvolution(gpu.device, taps!, rounding, 'f16')).toEqual(ALL);
  });

  it('split into two halves each', async () => {
    expect(await expectConvolution(gpu.device, taps!, splitting)).toEqual(ALL);
  });

  it.each([
    ['one half', rounding, HALF],
    ['two halves', splitting, TWO_HALVES],
  ] as const)('is off by no more than its operands can be, of %s each', async (_, variant, kept) => {
    const [a, b] = [random64([70, 52], 1), random64([52, 68], 2)];
    const c = matrixProduct(upload(gpu.device, a), upload(gpu.device, b), {}, {}, variant);
    expect(await beyondRounding(c, [a, b], {}, kept)).toEqual([]);
  });

  it('with NaN, infinities and -0 in it, and what a layer does next', () =>
    expectSpecialProduct(gpu.device, rounding, { rows: 35, depth: 20, columns: 68 }));
});

const nullBackend = useNullBackend();
const complaints = (code: string) => nullBackend.complaints(code);

const FLAGS = ['WINDOW', 'ROW_BIAS', 'COLUMN_BIAS', 'ACCUMULATE', 'RELU', 'MASK', 'ROW_SUMS'];
const TURNS = ['A_TURNED', 'B_TURNED', 'ACROSS'];
const flagged = (flags: readonly string[], value: boolean) =>
  Object.fromEntries(flags.map((flag) => [flag, value]));
const source = readShader(UNITS);

describe('the shader for matrix units', () => {
  const gpu = useDevice();

  it.each([
    ['nothing', false, false],
    ['every flag', true, false],
    ['operands turned', false, true],
    ['every flag and operands turned', true, true],
  ])('compiles with %s, for subgroups of 128, within what WebGPU guarantees', async (_, flags, turned) => {
    const constants = constantsFor(SMALL, { edge: 16, lanes: 128 });
    const all = { ...constants, ...flagged(FLAGS, flags), ...flagged(TURNS, turned) };
    expect(await complaints(specialise(source, all))).toEqual([]);
  });

  it.each(GENERAL_MATRIX_RUNGS)(
    'compiles at its real size, but for the limits of a device that is none: %s',
    async (variant) => {
      const rung = LADDER[variant];
      for (const more of [{}, { StoredB: 'f16', StoredC: 'f16' } as const]) {
        const constants = { ...rung.constants, ...more, WINDOW: true, RELU: true };
        const found = await complaints(specialise(source, constants));
        for (const complaint of found) expect(complaint).toMatch(ITS_LIMITS);
        const used = bytesUsed(found);
        if (used === undefined) continue;
        const room = [used, used - 1].map((bytes) => withRoom(gpuLike(gpu.device, 'medium'), bytes));
        expect(room.map((device) => runsOn(device, variant))).toEqual([true, false]);
      }
    },
  );

  it.each([
    ['8 x 8 and subgroups of 32', { edge: 8, lanes: 32 }],
    ['8 x 8 and subgroups of 16', { edge: 8, lanes: 16 }],
    ['16 x 16 and subgroups of 16', { edge: 16, lanes: 16 }],
    ['16 x 16 and subgroups of 64', { edge: 16, lanes: 64 }],
  ])('compiles for matrices of %s', async (_, unit) => {
    const constants = constantsFor({ rows: 64, columns: 64, depth: 32 }, unit);
    for (const complaint of await complaints(specialise(source, constants)))
      expect(complaint).toMatch(ITS_LIMITS);
  });

  it.each<[string, string, string, RegExp]>([
    [
      'threads count their subgroups themselves, and might disagree',
      '@builtin(subgroup_id) subgroup: u32,\n) {',
      ') { let subgroup = index / 32u;',
      /requires argument 0 to be uniform/,
    ],
    ['some threads do without', 'if (i > 0u) {', 'if (index > 7u) {', /subgroup uniform control flow/],
    [
      'a line is shorter than a matrix',
      'const LINE = EDGE / 8u + 1u;',
      'const LINE = EDGE / 8u - 1u;',
      /minimum stride/,
    ],
    ['factors change places', '(left, right, sums)', '(right, left, sums)', /no matching call/],
    ['sums are of whole numbers', 'result<f32, EDGE', 'result<i32, EDGE', /no matching call/],
  ])('would not, if %s', async (_, right, wrong, message) => {
    expect(source).toContain(right);
    expect((await complaints(source.replace(right, wrong))).join('\n')).toMatch(message);
  });
});
