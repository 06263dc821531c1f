/**
 * The kernel that multiplies matrices from pieces of images: with its matrices emulated it is held to the specification on whole
 * numbers, whose sums are exact; and as it is, for layers of NIN, Dawn's Null backend compiles it.
 */
import '../../support/narrow-vectors.js';
import { describe, expect, it } from 'vitest';
import { type Constants, readShader, specialise } from '../../../src/gpu/shaders/shader.js';
import { chooseVariant, variantsFor } from '../../../src/kernels/products/choice/choose-variant.js';
import { productsOf } from '../../../src/kernels/products/choice/seen-products.js';
import { conv2d, conv2dInputGradient } from '../../../src/kernels/products/conv2d.js';
import { conv2dParameterGradients } from '../../../src/kernels/products/conv2d-parameter-gradients.js';
import { type GeneralRung, generalRung } from '../../../src/kernels/products/ladder/general-rung.js';
import {
  haloedConstants,
  haloedUnits,
  haloedUnitsKernel,
} from '../../../src/kernels/products/ladder/haloed-units.js';
import { LADDER } from '../../../src/kernels/products/ladder/ladder.js';
import { multiplyInto } from '../../../src/kernels/products/matmul.js';
import { matrixProduct } from '../../../src/kernels/products/matrix-product.js';
import type { Product } from '../../../src/kernels/products/product.js';
import { type WindowOptions, windowOf } from '../../../src/tensor/shape.js';
import { Tensor } from '../../../src/tensor/tensor.js';
import { useDevice } from '../../support/device.js';
import { gpuLike, MATRICES, withRoom } from '../../support/devices-like.js';
import { upload } from '../../support/expect-op.js';
import { whole64 } from '../../support/in-fours.js';
import { accepts, runsOn } from '../../support/ladder.js';
import { emulateMatrixUnits, HALOED_UNITS, replaceRung } from '../../support/matrix-units.js';
import { bytesUsed, ITS_LIMITS, useNullBackend } from '../../support/null-backend.js';
import { directions, type SlidingCase } from '../../support/sliding.js';
import { expectSpecialConvolution } from '../../support/special-products.js';

const choice = { algorithm: 'window', variant: 'haloedUnits', packed: true } as const;

/** In what is different: where a piece, a slice of channels or a tile of rows ends, how wide images are, and how far a window reaches. */
const cases: readonly SlidingCase[] = [
  {
    name: '5x5, as NIN, images two by two, one without a second',
    ...{ input: [3, 20, 8, 8], weight: [8, 20, 5, 5], window: { kernelSize: 5, padding: 2 } },
  },
  {
    name: 'two pieces beside each other, no whole number of lines, lines that are not in fours, two tiles of rows',
    ...{ input: [1, 4, 10, 22], weight: [68, 4, 3, 3], window: { kernelSize: 3, padding: 1 } },
  },
  {
    name: 'images four by four',
    ...{ input: [3, 8, 8, 4], weight: [12, 8, 3, 3], window: { kernelSize: 3, padding: 1 } },
  },
  {
    name: 'everything asymmetric, dilated',
    ...{ input: [2, 4, 8, 12], weight: [4, 4, 4, 2] },
    window: { kernelSize: [4, 2], padding: [3, 1], dilation: [2, 3] },
  },
];

/** One subgroup, which takes the least time to emulate. */
const SMALL = { rows: 64, lines: 4, depth: 16 } as const;
/** Matrices of 8 x 8, and two subgroups: one at lines below the other's. */
const [OTHER, EIGHT] = [
  { rows: 32, lines: 8, depth: 16 },
  { edge: 8, lanes: 16 },
] as const;
const gpu = useDevice({ precision: 'medium' });

/** Windows that keep the size of images. */
const [THREE, FIVE] = [3, 5].map((kernelSize) => ({ kernelSize, padding: (kernelSize - 1) / 2 })) as [
  ...[WindowOptions, WindowOptions],
];
const of = (...shape: readonly number[]) => new Tensor(gpu.device, shape);
type Shape4 = readonly [number, number, number, number];

const forward = (input: Shape4, weight: Shape4, options: WindowOptions, packed = true) =>
  conv2d(of(...input), of(...weight), null, windowOf('conv2d', options), true, { packed });

function backward(input: Shape4, weight: Shape4, options: WindowOptions) {
  const dy = of(input[0], weight[0], input[2], input[3]);
  const window = windowOf('conv2d', options);
  return conv2dInputGradient(dy, of(...weight), input, window, of(...input), { packed: true });
}

/** The product that some work asks for, of which nothing is computed. */
const productOf = (work: () => unknown): Product =>
  productsOf(gpu.device, () => void gpu.device.plan(() => void work()))[0]!.product;

describe('convolutions by matrices from a piece of an image and its halo', () => {
  replaceRung('haloedUnits', haloedUnits(SMALL));
  emulateMatrixUnits(gpu);

  it.each(cases)('$name', async (one) => {
    const [got, wanted] = directions(gpu.device, one, choice);
    expect(await got).toEqual(await wanted);
  });

  it('stores halves', async (test) => {
    test.skip(!gpu.device.has('shader-f16'), 'this device has no halves');
    const [got, wanted] = directions(gpu.device, cases[0]!, choice, 'f16');
    expect(await got).toEqual(await wanted);
  });

  it('computes a batch of products, adding them to what is there', async () => {
    const { middle = 1, a, b, c, ...sizes } = productOf(() => forward([1, 4, 8, 8], [4, 4, 3, 3], THREE));
    const { rows, columns, inner } = sizes;
    const [ofA, ofB, ofC] = [rows * middle * inner, inner * columns, rows * columns];
    const product: Product = {
      ...{ ...sizes, batches: 2, middle },
      a: { ...a, batch: ofA },
      b: { ...b, batch: ofB },
      c: { ...c, batch: ofC },
    };
    const [got, wanted] = (['haloedUnits', 'specification'] as const).map((variant) => {
      const [x, y, z] = [ofA, ofB, ofC].map((size, seed) => upload(gpu.device, whole64([2 * size], seed)));
      multiplyInto(z!, x!, y!, product, { accumulate: true }, variant);
      return z!.toArray();
    });
    expect(await got).toEqual(await wanted);
  });

  it('with NaN, infinities and -0 in it', () => expectSpecialConvolution(gpu.device, choice, [4, 8]));
});

describe('the same in matrices of 8 x 8', () => {
  replaceRung(
    'haloedUnits',
    generalRung({
      kernel: haloedUnitsKernel,
      specialise: (product) => haloedConstants(product, OTHER, EIGHT) as Constants,
      accepts: () => false, // but by the emulation
    }),
  );
  emulateMatrixUnits(gpu);

  it.for([cases[0]!, cases[2]!])('$name', async (one, test) => {
    test.skip(!runsOn(gpu.device, 'haloedUnits'), 'this device has matrix units of its own');
    const [got, wanted] = directions(gpu.device, one, choice);
    expect(await got).toEqual(await wanted);
  });
});

/** The k x k layers of NIN for CIFAR-10 whose matrices are full of channels, in a batch of 128. */
const LAYERS: readonly [string, () => unknown][] = [
  ['5x5, forward', () => forward([128, 96, 16, 16], [192, 96, 5, 5], FIVE)],
  ['5x5, input gradient', () => backward([128, 96, 16, 16], [192, 96, 5, 5], FIVE)],
  ['3x3, forward', () => forward([128, 192, 8, 8], [192, 192, 3, 3], THREE)],
  ['3x3, input gradient', () => backward([128, 192, 8, 8], [192, 192, 3, 3], THREE)],
];

describe('a GPU with matrix units', () => {
  const nullBackend = useNullBackend();
  const source = readShader(HALOED_UNITS);
  const like = (more: Parameters<typeof gpuLike>[2] = {}) => gpuLike(gpu.device, 'medium', more);
  const rung: GeneralRung = LADDER.haloedUnits;

  it.each(LAYERS)("may take it, of nobody's choosing yet, and it compiles: %s", async (_, work) => {
    const product = productOf(work);
    expect(variantsFor(like(), product)).toContain('haloedUnits');
    expect(chooseVariant(like(), product)).not.toBe('haloedUnits');
    const constants = { WINDOW: true, ...rung.specialise!(product, like()) };
    for (const more of [
      { ROW_BIAS: true, RELU: true },
      { MASK: true, StoredB: 'f16', StoredC: 'f16' },
    ] as const) {
      const found = await nullBackend.complaints(specialise(source, { ...constants, ...more }));
      for (const complaint of found) expect(complaint).toMatch(ITS_LIMITS);
      const used = bytesUsed(found) as number;
      const taken = [used, used - 1].map((bytes) => accepts('haloedUnits', withRoom(like(), bytes), product));
      expect(taken).toEqual([true, false]);
    }
  });

  it.each([
    ['8 x 8 and subgroups of 32', { edge: 8, lanes: 32 }],
    ['8 x 8 and subgroups of 16', { edge: 8, lanes: 16 }],
    ['16 x 16 and subgroups of 16', { edge: 16, lanes: 16 }],
  ])('may have matrices of %s', async (_, { edge, lanes }) => {
    const other = like({
      subgroupSize: { min: lanes, max: lanes },
      subgroupMatrices: [{ ...MATRICES, M: edge, N: edge, K: edge }],
    });
    const product = productOf(LAYERS[0]![1]);
    expect(accepts('haloedUnits', other, product)).toBe(true);
    const constants = { WINDOW: true, ...rung.specialise!(product, other) };
    for (const complaint of await nullBackend.complaints(specialise(source, constants)))
      expect(complaint).toMatch(ITS_LIMITS);
  });

  it.each<[string, () => unknown]>([
    ['strides', () => forward([1, 4, 16, 16], [4, 4, 3, 3], { kernelSize: 3, stride: 2 })],
    [
      'windows of more than five columns',
      () => forward([1, 4, 16, 16], [4, 4, 1, 7], { kernelSize: [1, 7], padding: [0, 3] }),
    ],
    [
      'more lines than a workgroup has room for',
      () => forward([1, 4, 40, 16], [4, 4, 25, 5], { kernelSize: [25, 5], padding: [12, 2] }),
    ],
    ['weights that are not packed', () => forward([1, 4, 16, 16], [4, 4, 3, 3], THREE, false)],
    ['channels that do not come in fours', () => forward([1, 3, 16, 16], [4, 3, 3, 3], THREE)],
    ['images that fill less than half of their pieces', () => forward([1, 4, 4, 4], [4, 4, 3, 3], THREE)],
    ['matrices', () => matrixProduct(of(64, 64), of(64, 64))],
    [
      "gradients at a convolution's parameters",
      () => {
        const window = windowOf('conv2d', THREE);
        conv2dParameterGradients(of(1, 4, 16, 16), of(1, 4, 16, 16), [4, 4, 3, 3], window, true);
      },
    ],
  ])('does not take it for %s', (_, work) => {
    expect(accepts('haloedUnits', like(), productOf(work))).toBe(false);
  });

  it('needs units for it, and threads', () => {
    const product = productOf(LAYERS[0]![1]);
    const devices = [like(), like({ subgroupMatrices: [] }), withRoom(like(), 49152, 63)];
    expect(devices.map((device) => accepts('haloedUnits', device, product))).toEqual([true, false, false]);
  });
});
