import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { conv2dCases } from '../../../bench/cases/conv2d.mjs';
import { pointwiseCases } from '../../../bench/cases/pointwise.mjs';
import { poolCases } from '../../../bench/cases/pools.mjs';
import { openDevice } from '../../../bench/device.mjs';
import { oddNetwork } from '../../../bench/odd/odd-network.mjs';
import { OddShapes } from '../../../bench/odd/odd-shapes.mjs';
import type { Operands } from '../../../src/kernels/products/ladder/rung.js';
import type { Epilogue, Product } from '../../../src/kernels/products/product.js';

/** That of the built engine, as the bench has it. */
const ladder = new URL('../../../dist/kernels/products/ladder/ladder.js', import.meta.url).href;
const { LADDER }: typeof import('../../../src/kernels/products/ladder/ladder.js') = await import(ladder);

type Families = (about: { device: unknown; network: unknown }) => Case[];
interface Case {
  readonly name: string;
  // biome-ignore lint/suspicious/noExplicitAny: tensors of the built engine
  readonly launch: (tensors: Record<string, any>) => Record<string, unknown>;
}

/** A rung of the real ladder whose launches are changed first, as by somebody who made a mistake. */
// biome-ignore lint/suspicious/noExplicitAny: the ladder of the built engine, whose tensors are others to the compiler
const spoilt = (change: (product: Product, epilogue: Epilogue) => readonly [Product, Epilogue]): any => ({
  ...LADDER.tiled,
  launch: (operands: Operands, product: Product, epilogue: Epilogue) =>
    LADDER.tiled.launch(operands, ...change(product, epilogue)),
});

/** What a launch of the tiled kernel looks like, as far as it tells the variant. */
const LAUNCHES = [
  { shader: LADDER.tiled.kernel.shader, entryPoint: LADDER.tiled.kernel.entryPoint, constants: {} },
];

describe('the check over odd shapes', () => {
  // biome-ignore lint/suspicious/noExplicitAny: the benchmarks are plain JavaScript, and so is the device they open
  let device: any;
  beforeAll(async () => {
    process.env.MESA_SHADER_CACHE_DISABLE ??= 'false';
    device = await openDevice();
  });
  afterAll(() => device?.destroy());

  const errorWith = (rung: unknown) =>
    new OddShapes(device, { ladder: { tiled: rung } as object, families: [] }).errorOf(
      { name: 'matmul.tiled 512x512x512' },
      LAUNCHES as never,
    );

  it('finds nothing wrong with a rung that is right', async () => {
    expect(await errorWith(LADDER.tiled)).toBeUndefined();
  });

  it.each([
    [
      'drops the last odd column',
      spoilt((product, epilogue) => [
        { ...product, columns: product.columns - (product.columns % 2) },
        epilogue,
      ]),
      /^tiled, .*: .*column \d+ is .*, expected .*; \d+ of \d+ are wrong$/,
    ],
    [
      'forgets the ReLU',
      spoilt((product, epilogue) => [product, { ...epilogue, relu: false }]),
      /^tiled, .*, then a bias to each column, ReLU: .* is -.*, expected 0; /,
    ],
    [
      'forgets what is there already',
      spoilt((product, epilogue) => [product, { ...epilogue, accumulate: false }]),
      /^tiled, .*, then all of these: /,
    ],
    [
      'forgets the mask',
      spoilt((product, { mask, ...epilogue }) => [product, epilogue]),
      /^tiled, .*, then all of these: .*, expected 0; /,
    ],
    [
      'has its window a pixel too far right',
      spoilt((product, epilogue) => {
        const { window } = product.b;
        if (!window) return [product, epilogue];
        const moved = { ...window, originX: window.originX + 1 };
        return [{ ...product, b: { ...product.b, window: moved } }, epilogue];
      }),
      /^tiled, convolution, output: .* is .*, expected /,
    ],
    [
      'forgets the bias of each column',
      spoilt((product, { bias, ...epilogue }) => [
        product,
        bias?.per === 'row' ? { ...epilogue, bias } : epilogue,
      ]),
      /^tiled, .*, then a bias to each column, ReLU: /,
    ],
    [
      'adds up no rows',
      spoilt(({ c: { rowSums, ...c }, ...product }, epilogue) => [{ ...product, c }, epilogue]),
      /^tiled, convolution, weight gradient: odd sizes: /,
    ],
  ])('refuses a rung that %s', async (_, rung, message) => {
    expect(await errorWith(rung)).toMatch(message);
  });

  it('checks each kernel once, and knows of what else cases launch', async () => {
    const launched: string[] = [];
    const families = [pointwiseCases as Families, poolCases as Families].map(
      (family): Families =>
        (about) =>
          family(about).map((one) => ({
            ...one,
            launch: (tensors) => {
              launched.push(one.name);
              return one.launch(tensors);
            },
          })),
    );
    const odd = new OddShapes(device, { families });
    expect(await odd.errorOf({ name: 'relu.forward 32x192x32x32' }, [])).toBeUndefined();
    const first = launched.length;
    expect(first).toBeGreaterThan(0);
    await odd.errorOf({ name: 'relu.forward 1x2x3x4' }, []);
    expect(launched).toHaveLength(first);
    expect(await odd.errorOf({ name: 'maxPool.forward 32x96x32x32 pool1' }, [])).toBeUndefined();
    expect(new Set(launched.slice(first)).size).toBe(6);
  });

  it('refuses a kernel of another family that is wrong at an odd edge only', async () => {
    const family: Families = (about) =>
      (pointwiseCases as Families)(about).map((one) => ({
        ...one,
        launch: ({ y, dy, ...tensors }) =>
          // As if nobody had thought of an odd number of elements: the output is taken for its gradient then.
          one.launch({ ...tensors, ...(y?.size % 2 === 1 ? { y: dy, dy: y } : { y, dy }) }),
      }));
    const odd = new OddShapes(device, { families: [family] });
    expect(await odd.errorOf({ name: 'relu.backward 32x192x32x32' }, [])).toMatch(
      /^relu.backward 3x7x7x9: dx\[\d+\] is .*, expected /,
    );
  });

  it('has convolutions through windows of every kind', () => {
    const cases = conv2dCases({ network: oddNetwork() }) as Case[];
    const names = cases.map(({ name }) => name).join('\n');
    for (const kind of ['stride 2', 'dilation 2', 'even kernel', 'everything asymmetric']) {
      expect(names).toContain(kind);
    }
  });
});
