import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Device } from '../../../src/gpu/device.js';
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
import type { MatmulVariant } from '../../../src/kernels/products/ladder/ladder.js';
import { matrixProduct } from '../../../src/kernels/products/matrix-product.js';
import { Tensor } from '../../../src/tensor/tensor.js';
import { useDevice } from '../../support/device.js';

/** Sizes that no rule of a shipped table is likely to be made for. */
const multiply = (device: Device) =>
  matrixProduct(new Tensor(device, [19, 23]), new Tensor(device, [23, 67]));

const seenIn = (device: Device) => productsOf(device, () => void device.plan(() => multiply(device)));

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

  it('rejects a variant whose numbers are others, and says by how much', async () => {
    // The launch of the tiled kernel is robbed of half of its terms.
    const { device } = gpu;
    const { launch } = device;
    const inner = 5;
    vi.spyOn(device, 'launch').mockImplementation((wanted) => {
      const params = wanted.params.slice(0);
      if (wanted.label === 'matmul.tiled') new Uint32Array(params)[inner] = 11;
      launch.call(device, { ...wanted, params });
    });
    const tuning = await tuneProducts(
      device,
      seenIn(device),
      () => {},
      () => ['tiled'],
    );
    vi.restoreAllMocks();
    const [product] = tuning.products;
    expect(product?.rejected.map(({ variant }) => variant)).toEqual(['tiled']);
    expect(product?.rejected[0]?.why).toMatch(/^differs from specification by [\d.]+, more than 0\.0000074$/);
    expect(product?.options.map(({ variant }) => variant)).toEqual(['specification']);
  });

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
    const { toArray: read } = Tensor.prototype;
    let reads = 0;
    vi.spyOn(Tensor.prototype, 'toArray').mockImplementation(async function (this: Tensor) {
      const values = await read.call(this);
      // The specification's are read first.
      if (reads++ > 0) values[1] = Number.NaN;
      return values;
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
});

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
