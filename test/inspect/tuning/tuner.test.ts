import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Device } from '../../../src/gpu/device.js';
import type { Launch } from '../../../src/gpu/program/launch.js';
import { variantOf } from '../../../src/inspect/launch-words.js';
import { measurementsOf, tuneProducts } from '../../../src/inspect/tuning/tuner.js';
import {
  chooseVariant,
  useMeasurements,
  variantsFor,
} from '../../../src/kernels/products/choice/choose-variant.js';
import {
  measuredTableText,
  readMeasuredTable,
  subjectOf,
} from '../../../src/kernels/products/choice/measured-table.js';
import { productKey } from '../../../src/kernels/products/choice/product-key.js';
import { productsOf } from '../../../src/kernels/products/choice/seen-products.js';
import { conv2d, conv2dInputGradient } from '../../../src/kernels/products/conv2d.js';
import { conv2dParameterGradients } from '../../../src/kernels/products/conv2d-parameter-gradients.js';
import type { MatmulVariant } from '../../../src/kernels/products/ladder/ladder.js';
import { matrixProduct } from '../../../src/kernels/products/matrix-product.js';
import { windowOf } from '../../../src/tensor/shape.js';
import { type DType, Tensor } from '../../../src/tensor/tensor.js';
import { useDevice } from '../../support/device.js';
import { useHalves } from '../../support/halves.js';

/** Sizes that no rule of a shipped table is likely to be made for. */
const multiply = (device: Device, dtype: DType = 'f32') =>
  matrixProduct(new Tensor(device, [19, 23], dtype), new Tensor(device, [23, 67], dtype));

const seenIn = (device: Device, dtype?: DType) =>
  productsOf(device, () => void device.plan(() => multiply(device, dtype)));

/** A launch of a plan, or of a program, whose operands have no place yet. */
function isRecorded({ operands }: Launch): boolean {
  try {
    return operands.some(({ buffer }) => !buffer);
  } catch {
    return true;
  }
}

describe('the tuner', () => {
  const gpu = useDevice();
  const medium = useDevice({ precision: 'medium' });

  it('times the variants that compute what the specification does, and its choice is taken from then on', async () => {
    const seen = seenIn(gpu.device);
    expect(seen.map(({ key, count }) => [key, count])).toEqual([[productKey(seen[0]!.product), 1]]);
    const among = () => ['specification', 'tiled'] as const;
    const tuning = await tuneProducts(gpu.device, seen, () => {}, among);
    const [product] = tuning.products;
    expect(product?.rejected).toEqual([]);
    const timed = [...product!.options, ...product!.slower].map(({ variant }) => variant);
    expect(timed.sort()).toEqual(['specification', 'tiled']);
    expect(product?.flops).toBe(2 * 19 * 23 * 67);
    for (const pipeline of product!.options.map((option) => option.pipeline)) {
      expect(tuning.compile.get(pipeline)).toBeGreaterThanOrEqual(0);
    }
    const measured = measurementsOf(tuning);
    useMeasurements(gpu.device, measured);
    const chosen = chooseVariant(gpu.device, seen[0]!.product);
    expect(chosen).toBe(measured[product!.key]?.variant);
    expect(gpu.device.plan(() => multiply(gpu.device)).launches[0]?.label).toBe(`matmul.${chosen}`);
  });

  it.each([
    ['f32', gpu, '0\\.0000074'],
    ['f16', medium, '0\\.014'],
  ] as const)(
    'rejects a variant whose numbers are others, and says by how much: %s',
    async (dtype, { device }, least) => {
      // The launch of the tiled kernel is robbed of half of its terms.
      if (dtype === 'f16' && !device.has('shader-f16')) return;
      const { launch } = device;
      const inner = 5;
      vi.spyOn(device, 'launch').mockImplementation((wanted) => {
        const params = wanted.params.slice(0);
        if (wanted.label === 'matmul.tiled') new Uint32Array(params)[inner] = 11;
        launch.call(device, { ...wanted, params });
      });
      const tuning = await tuneProducts(
        device,
        seenIn(device, dtype),
        () => {},
        () => ['tiled'],
      );
      vi.restoreAllMocks();
      const [product] = tuning.products;
      expect(product?.rejected.map(({ variant }) => variant)).toEqual(['tiled']);
      expect(product?.rejected[0]?.why).toMatch(
        new RegExp(`^differs from specification by [\\d.]+, more than ${least}$`),
      );
      expect(product?.options.map(({ variant }) => variant)).toEqual(['specification']);
    },
  );

  it('rejects a variant whose sums of rows are others, while its product is right', async () => {
    // The tiled kernel is launched without them.
    const { device } = gpu;
    const { launch } = device;
    vi.spyOn(device, 'launch').mockImplementation((wanted) => {
      const { ROW_SUMS: _, ...constants } = wanted.constants;
      launch.call(device, wanted.label === 'matmul.tiled' ? { ...wanted, constants } : wanted);
    });
    const [seen] = seenIn(device);
    const product = { ...seen!.product, c: { ...seen!.product.c, rowSums: 19 * 67 } };
    const among = () => ['tiled', 'register64'] as const;
    const tuning = await tuneProducts(device, [{ ...seen!, product }], () => {}, among);
    vi.restoreAllMocks();
    expect(tuning.products[0]?.rejected.map(({ variant }) => variant)).toEqual(['tiled']);
  });

  it('takes variants that round their operands for what they are, on a device for medium precision', async () => {
    const { device } = medium;
    const [seen] = seenIn(device);
    expect(variantsFor(device, seen!.product)).toContain('half');
    const tuning = await tuneProducts(
      device,
      [seen!],
      () => {},
      () => ['half'],
    );
    const [product] = tuning.products;
    expect(product?.rejected).toEqual([]);
    expect([...product!.options, ...product!.slower].map(({ variant }) => variant)).toContain('half');
  });

  it('rejects a variant of which a single number is none', async () => {
    const { device } = gpu;
    const { launch } = device;
    vi.spyOn(device, 'launch').mockImplementation((wanted) => {
      launch.call(device, wanted);
      if (wanted.label !== 'matmul.tiled' || isRecorded(wanted)) return;
      const { buffer, offset } = wanted.operands[4]!;
      device.write(buffer, Float32Array.of(Number.NaN), offset + 4);
    });
    const tuning = await tuneProducts(
      device,
      seenIn(device),
      () => {},
      () => ['tiled'],
    );
    vi.restoreAllMocks();
    expect(tuning.products[0]?.rejected.map(({ variant }) => variant)).toEqual(['tiled']);
    expect(tuning.products[0]?.rejected[0]?.why).toMatch(/^differs from specification by NaN/);
  });

  it('rejects a variant that leaves out what another has computed before', async () => {
    const { device } = gpu;
    const { launch } = device;
    vi.spyOn(device, 'launch').mockImplementation((wanted) => {
      if (wanted.label !== 'matmul.tiled' || isRecorded(wanted)) launch.call(device, wanted);
    });
    const tuning = await tuneProducts(
      device,
      seenIn(device),
      () => {},
      () => ['tiled'],
    );
    vi.restoreAllMocks();
    expect(tuning.products[0]?.rejected.map(({ variant }) => variant)).toEqual(['tiled']);
  });

  it('compiles for the products to come while it measures, on a GPU', async () => {
    const { device } = gpu;
    const asIf = device.adapter as { software: boolean };
    const { software } = asIf;
    const compiling: string[] = [];
    const compile = device.compilePipelines.bind(device);
    vi.spyOn(device, 'compilePipelines').mockImplementation((launches) => {
      compiling.push(...launches.map(({ label }) => label));
      return compile(launches);
    });
    asIf.software = false;
    try {
      const before: number[] = [];
      const [seen] = seenIn(device);
      const other = { ...seen!, key: 'other', epilogue: { relu: true } };
      const variants = () => ['specification', 'tiled'] as const;
      const tuning = await tuneProducts(
        device,
        [seen!, other],
        () => before.push(compiling.length),
        variants,
      );
      // Those of the second product were begun before the first was measured, and none is compiled twice.
      expect(before[0]).toBeGreaterThan(2);
      expect(compiling.length).toBe(4);
      expect(tuning.compile.size).toBe(4);
      expect(tuning.products.map(({ rejected }) => rejected)).toEqual([[], []]);
    } finally {
      asIf.software = software;
      vi.restoreAllMocks();
    }
  });

  it('does not try again on a smaller product of the kind what was far slower on a larger one', async () => {
    const { device } = gpu;
    const products = productsOf(
      device,
      () =>
        void device.plan(() => {
          for (const rows of [160, 16]) {
            matrixProduct(new Tensor(device, [rows, 64]), new Tensor(device, [64, 64]));
          }
        }),
    );
    const { launch } = device;
    const launched: number[] = [];
    vi.spyOn(device, 'launch').mockImplementation((wanted) => {
      launch.call(device, wanted);
      if (wanted.label !== 'matmul.tiled' || isRecorded(wanted)) return;
      launched.push(new Uint32Array(wanted.params)[1] as number);
      for (let more = 0; more < 12; more++) launch.call(device, wanted);
    });
    const tuning = await tuneProducts(
      device,
      products,
      () => {},
      () => ['tiled'],
    );
    vi.restoreAllMocks();
    expect(new Set(launched)).toEqual(new Set([160]));
    const [large, small] = tuning.products;
    expect(large?.slower.map(({ variant }) => variant)).toContain('tiled');
    expect([...small!.options, ...small!.slower].map(({ variant }) => variant)).not.toContain('tiled');
  });
});

describe('the tuner, of products of halves', () => {
  const gpu = useHalves({ precision: 'medium' });

  it('measures the three directions of a convolution as they are stored, and its choice is taken', async () => {
    const { device } = gpu;
    const window = windowOf('conv2d', { kernelSize: 3, padding: 1 });
    const weightShape = [5, 3, 3, 3];
    const work = () => {
      const [x, y] = [
        [2, 3, 7, 6],
        [2, 5, 7, 6],
      ].map((shape) => new Tensor(device, shape, 'f16'));
      const [weight, bias] = [weightShape, [5]].map((shape) => new Tensor(device, shape));
      conv2d(x!, weight!, bias!, window, true);
      conv2dInputGradient(y!, weight!, x!.shape, window, x!);
      conv2dParameterGradients(y!, x!, weightShape, window, true);
    };
    const launched = () => device.plan(work).launches.filter(({ label }) => label.startsWith('matmul.'));
    const seen = productsOf(device, launched);
    expect(seen.map(({ stored: { a, b, c } }) => [a, b, c])).toEqual([
      ['f32', 'f16', 'f16'],
      ['f32', 'f16', 'f16'],
      ['f16', 'f16', 'f32'],
    ]);
    const untuned = launched();
    const measured: string[][] = [];
    const { launch } = device;
    vi.spyOn(device, 'launch').mockImplementation((wanted) => {
      if (wanted.label.startsWith('matmul.')) measured.push(storedIn(wanted.constants));
      launch.call(device, wanted);
    });
    const used = device.memory.used;
    const among = () => ['specification', 'broadcast32'] as const;
    const tuning = await tuneProducts(device, seen, () => {}, among);
    vi.restoreAllMocks();
    expect(device.memory.used).toBe(used);
    expect(tuning.products.map(({ rejected }) => rejected)).toEqual([[], [], []]);
    expect(new Set(measured.map(String))).toEqual(
      new Set(untuned.map(({ constants }) => String(storedIn(constants)))),
    );
    const table = measurementsOf(tuning);
    useMeasurements(device, table);
    const chosen = launched().map(variantOf);
    expect(chosen).toEqual(seen.map(({ key }) => table[key]!.variant));
    expect(chosen).not.toEqual(untuned.map(variantOf));
  });
});

/** As what the operands of a launch are stored, by its constants. */
const storedIn = ({ StoredA = 'f32', StoredB = 'f32', StoredC = 'f32' }: Launch['constants']): string[] =>
  [StoredA, StoredB, StoredC].map(String);

describe("the user's measurements", () => {
  const [first, second, third] = [useDevice(), useDevice(), useDevice()];
  let cache: string;

  beforeAll(() => {
    cache = mkdtempSync(join(tmpdir(), 'dawngrad-tuning-'));
    vi.stubEnv('XDG_CACHE_HOME', cache);
  });
  afterEach(() => {
    vi.stubEnv('DAWNGRAD_TUNING', 'off');
  });
  afterAll(() => {
    vi.unstubAllEnvs();
    rmSync(cache, { recursive: true });
  });

  const write = (device: Device, variant: string) => {
    const { path } = readMeasuredTable(device);
    mkdirSync(dirname(path), { recursive: true });
    const products = { [seenIn(device)[0]!.key]: { variant, milliseconds: {} } };
    writeFileSync(path, measuredTableText(subjectOf(device), products));
    return path;
  };
  const labelOf = (device: Device) => device.plan(() => multiply(device)).launches[0]?.label;

  it.each(['tiled', 'specification'] satisfies MatmulVariant[])('decide: %s', (variant) => {
    const { device } = variant === 'tiled' ? first : second;
    write(device, variant);
    vi.stubEnv('DAWNGRAD_TUNING', '');
    useMeasurements(device, readMeasuredTable(device).products);
    expect(labelOf(device)).toBe(`matmul.${variant}`);
  });

  it('do not, when they name a variant that is not there, when the file is corrupt, or when told not to', () => {
    const { device } = third;
    const untuned = labelOf(device);
    const path = write(device, 'a variant of long ago');
    vi.stubEnv('DAWNGRAD_TUNING', '');
    useMeasurements(device, readMeasuredTable(device).products);
    expect(labelOf(device)).toBe(untuned);
    writeFileSync(path, 'nonsense');
    expect(readMeasuredTable(device)).toEqual({ path, products: {}, ignored: 'it is not valid JSON' });
    write(device, 'specification');
    expect(Object.values(readMeasuredTable(device).products)).toEqual([
      { variant: 'specification', milliseconds: {} },
    ]);
    vi.stubEnv('DAWNGRAD_TUNING', 'off');
    expect(readMeasuredTable(device)).toEqual({ path, products: {}, ignored: 'DAWNGRAD_TUNING is off' });
  });
});
